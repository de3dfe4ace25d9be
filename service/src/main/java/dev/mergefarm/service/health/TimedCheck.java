package dev.mergefarm.service.health;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Asks something that may not answer. */
final class TimedCheck {

  private TimedCheck() {}

  /**
   * Asks on a thread of its own, which is interrupted when the time is over.
   *
   * @return empty for an answer in time, else why there was none
   */
  static Optional<String> ask(Duration limit, Callable<?> question) {
    FutureTask<Object> task = new FutureTask<>(question::call);
    Thread.ofVirtual().name("health-check").start(task);
    try {
      task.get(limit.toMillis(), TimeUnit.MILLISECONDS);
      return Optional.empty();
    } catch (ExecutionException failure) {
      return Optional.of(String.valueOf(failure.getCause().getMessage()));
    } catch (TimeoutException late) {
      task.cancel(true);
      return Optional.of("no answer within " + limit);
    } catch (InterruptedException interrupted) {
      task.cancel(true);
      Thread.currentThread().interrupt();
      return Optional.of("interrupted");
    }
  }
}
