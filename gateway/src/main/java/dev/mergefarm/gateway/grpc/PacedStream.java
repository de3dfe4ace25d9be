package dev.mergefarm.gateway.grpc;

import dev.mergefarm.gateway.error.StatusMapper;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.concurrent.CancellationException;

/**
 * Sends a long answer at the client's pace: work on a virtual thread of its own waits whenever the
 * client does not read. A client that goes away interrupts the work.
 */
final class PacedStream<T> {

  private final ServerCallStreamObserver<T> observer;
  private final Object readiness = new Object();

  PacedStream(ServerCallStreamObserver<T> observer) {
    this.observer = observer;
  }

  /** Starts the work; to be called before the service method returns. */
  void start(Runnable work) {
    Thread thread = Thread.ofVirtual().name("grpc-stream").unstarted(() -> run(work));
    observer.setOnReadyHandler(this::wake);
    observer.setOnCancelHandler(thread::interrupt);
    thread.start();
  }

  /**
   * Sends a message as soon as the client can take it.
   *
   * @throws CancellationException when the client has gone
   */
  void send(T message) {
    synchronized (readiness) {
      while (!observer.isReady()) {
        if (observer.isCancelled()) {
          throw new CancellationException("the client has gone");
        }
        try {
          readiness.wait();
        } catch (InterruptedException gone) {
          Thread.currentThread().interrupt();
          throw new CancellationException("the client has gone");
        }
      }
    }
    observer.onNext(message);
  }

  private void run(Runnable work) {
    try {
      work.run();
      observer.onCompleted();
    } catch (CancellationException gone) {
      // Nobody is there to be told.
    } catch (RuntimeException failure) {
      if (!observer.isCancelled()) {
        observer.onError(StatusMapper.exception(failure));
      }
    }
  }

  private void wake() {
    synchronized (readiness) {
      readiness.notifyAll();
    }
  }
}
