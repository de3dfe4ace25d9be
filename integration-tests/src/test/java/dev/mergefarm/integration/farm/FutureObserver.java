package dev.mergefarm.integration.farm;

import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;

/** The one answer of a call, or its failure. */
public final class FutureObserver<T> implements StreamObserver<T> {

  private final CompletableFuture<T> answer = new CompletableFuture<>();

  /**
   * @throws java.util.concurrent.CompletionException with the call's failure
   */
  public T join() {
    return answer.join();
  }

  /** The answer to come. */
  public CompletableFuture<T> future() {
    return answer;
  }

  @Override
  public void onNext(T message) {
    answer.complete(message);
  }

  @Override
  public void onError(Throwable failure) {
    answer.completeExceptionally(failure);
  }

  @Override
  public void onCompleted() {}
}
