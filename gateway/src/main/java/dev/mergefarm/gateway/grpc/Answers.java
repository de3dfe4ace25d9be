package dev.mergefarm.gateway.grpc;

import dev.mergefarm.gateway.call.Caller;
import dev.mergefarm.gateway.error.StatusMapper;
import io.grpc.Context;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.function.Function;

/**
 * Answers unary calls: one message, or one status, never both. The work runs on a virtual thread of
 * its own and the event loop goes on at once. (Quarkus's {@code @RunOnVirtualThread} hands each
 * event of a call to another thread, and under load the end of a request overtook its message.)
 */
final class Answers {

  private Answers() {}

  /**
   * Runs the work and answers with what it returns or throws.
   *
   * @param observer of the call that this thread serves
   */
  static <T> void answer(StreamObserver<T> observer, Function<Caller, T> work) {
    ServerCallStreamObserver<T> call = (ServerCallStreamObserver<T>) observer;
    Caller caller = Caller.ofGrpcCall();
    // With a handler, answering a client that has gone is no error. The work itself goes on: what
    // it may have written by now must be finished.
    call.setOnCancelHandler(() -> {});
    Thread.ofVirtual()
        .name("grpc-call")
        .start(Context.current().wrap(() -> send(call, () -> work.apply(caller))));
  }

  /** Work that gives an answer. */
  interface Work<T> {
    T run();
  }

  /** Answers on this thread. */
  static <T> void send(StreamObserver<T> observer, Work<T> work) {
    T answer;
    try {
      answer = work.run();
    } catch (RuntimeException failure) {
      observer.onError(StatusMapper.exception(failure));
      return;
    }
    observer.onNext(answer);
    observer.onCompleted();
  }
}
