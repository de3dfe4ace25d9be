package dev.mergefarm.gateway.call;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.gateway.error.StatusMapper;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Runs blocking work for at most a stated time, whatever the work does. */
public final class Patience {

  private Patience() {}

  /**
   * Runs the work on a virtual thread of its own and waits for its result. Work that takes too long
   * is interrupted and left behind.
   *
   * @param code what a caller is told when the time is up
   * @param what the work in a few words, for that message
   * @throws MergefarmException with the given code when the time is up
   */
  public static <T> T within(Duration limit, ErrorCode code, String what, Callable<T> work) {
    FutureTask<T> task = new FutureTask<>(work);
    Thread.ofVirtual().name("gateway-" + what.replace(' ', '-')).start(task);
    try {
      return task.get(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException late) {
      throw new MergefarmException(
          code, what + " took longer than " + limit.toMillis() + " ms.", late);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new MergefarmException(ErrorCode.CANCELLED, "The call was interrupted.", interrupted);
    } catch (ExecutionException failed) {
      throw failed.getCause() instanceof RuntimeException cause
          ? cause
          : StatusMapper.exception(failed.getCause());
    } finally {
      task.cancel(true);
    }
  }
}
