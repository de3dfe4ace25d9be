package dev.mergefarm.storage;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/** Runs waiting work (reads, requests) several at a time on virtual threads. */
public final class BoundedTasks {

  private BoundedTasks() {}

  /**
   * Applies a function to each item and waits for all results. The first failure interrupts the
   * rest and is thrown, as is an interruption of the caller (as {@code CANCELLED}).
   *
   * @param atOnce how many items are worked on at a time, from 1 up
   * @return results in the order of the items
   */
  public static <T, R> List<R> map(List<T> items, int atOnce, Function<T, R> function) {
    if (items.size() <= 1 || atOnce == 1) {
      return items.stream().map(function).toList();
    }
    Semaphore permits = new Semaphore(atOnce);
    AtomicBoolean failed = new AtomicBoolean();
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<R>> futures = new ArrayList<>(items.size());
      try {
        for (T item : items) {
          permits.acquire();
          if (failed.get()) {
            break;
          }
          futures.add(executor.submit(() -> apply(function, item, permits, failed)));
        }
        return futures.stream().map(BoundedTasks::join).toList();
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw cancelled(interrupted);
      } finally {
        futures.forEach(future -> future.cancel(true));
      }
    }
  }

  private static <T, R> R apply(
      Function<T, R> function, T item, Semaphore permits, AtomicBoolean failed) {
    boolean done = false;
    try {
      R result = function.apply(item);
      done = true;
      return result;
    } finally {
      if (!done) {
        failed.set(true);
      }
      permits.release();
    }
  }

  private static <R> R join(Future<R> future) {
    try {
      return future.get();
    } catch (ExecutionException failure) {
      if (failure.getCause() instanceof RuntimeException known) {
        throw known;
      }
      throw new MergefarmException(ErrorCode.INTERNAL, "A task failed.", failure.getCause());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw cancelled(interrupted);
    }
  }

  private static MergefarmException cancelled(InterruptedException interrupted) {
    return new MergefarmException(
        ErrorCode.CANCELLED, "Interrupted while waiting for a store.", interrupted);
  }
}
