package dev.mergefarm.eval.model;

import dev.mergefarm.common.MergefarmException;

/**
 * Something is wrong with one of a list of requests. Whoever made the list knows what the request
 * was for, and says so in its own exception.
 */
public final class RequestFailure extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final int request;
  private final transient MergefarmException failure;

  /**
   * @param request its place in the list
   * @param failure what is wrong
   */
  public RequestFailure(int request, MergefarmException failure) {
    super(failure.getMessage(), failure);
    this.request = request;
    this.failure = failure;
  }

  public int request() {
    return request;
  }

  public MergefarmException failure() {
    return failure;
  }
}
