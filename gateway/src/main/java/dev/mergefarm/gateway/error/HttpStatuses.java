package dev.mergefarm.gateway.error;

import com.google.rpc.Code;

/** The HTTP status of each gRPC status, as Google's API design guide pairs them. */
public final class HttpStatuses {

  private HttpStatuses() {}

  /**
   * @param code number of a {@link Code}
   */
  public static int of(int code) {
    Code known = Code.forNumber(code);
    if (known == null) {
      return 500;
    }
    return switch (known) {
      case OK -> 200;
      case INVALID_ARGUMENT, FAILED_PRECONDITION, OUT_OF_RANGE -> 400;
      case UNAUTHENTICATED -> 401;
      case PERMISSION_DENIED -> 403;
      case NOT_FOUND -> 404;
      case ABORTED, ALREADY_EXISTS -> 409;
      case RESOURCE_EXHAUSTED -> 429;
      case CANCELLED -> 499;
      case UNIMPLEMENTED -> 501;
      case UNAVAILABLE -> 503;
      case DEADLINE_EXCEEDED -> 504;
      case UNKNOWN, INTERNAL, DATA_LOSS, UNRECOGNIZED -> 500;
    };
  }
}
