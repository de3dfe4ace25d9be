package dev.mergefarm.gateway.grpc;

import dev.mergefarm.gateway.error.StatusMapper;
import io.grpc.stub.StreamObserver;
import java.util.function.Supplier;

/** Answers unary calls: one message, or one status, never both. */
final class Answers {

  private Answers() {}

  static <T> void answer(StreamObserver<T> observer, Supplier<T> work) {
    T answer;
    try {
      answer = work.get();
    } catch (RuntimeException failure) {
      observer.onError(StatusMapper.exception(failure));
      return;
    }
    observer.onNext(answer);
    observer.onCompleted();
  }
}
