package dev.mergefarm.storage.hub;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;

/**
 * Waits for a hub on a thread of its own, which is interrupted as soon as the work is cancelled: a
 * connection on which nothing moves would keep the caller for a minute otherwise.
 */
final class CancellableCall {

  private static final Duration INTERVAL = Duration.ofMillis(50);

  private CancellableCall() {}

  /** Runs a call; when this returns or throws, nothing of it is running any more. */
  static <T> T of(Cancellation cancellation, Supplier<T> call) {
    cancellation.throwIfCancelled();
    FutureTask<T> task = new FutureTask<>(call::get);
    Thread thread = Thread.ofVirtual().start(task);
    try {
      while (!thread.join(INTERVAL)) {
        cancellation.throwIfCancelled();
      }
      return task.get();
    } catch (ExecutionException failure) {
      if (failure.getCause() instanceof RuntimeException known) {
        throw known;
      }
      throw new MergefarmException(
          ErrorCode.INTERNAL, "A request to the hub failed.", failure.getCause());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new MergefarmException(
          ErrorCode.CANCELLED, "Interrupted while waiting for the hub.", interrupted);
    } finally {
      stop(thread);
    }
  }

  private static void stop(Thread thread) {
    boolean interrupted = false;
    while (thread.isAlive()) {
      thread.interrupt();
      try {
        thread.join(INTERVAL);
      } catch (InterruptedException again) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
