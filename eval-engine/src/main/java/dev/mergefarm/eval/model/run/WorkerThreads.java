package dev.mergefarm.eval.model.run;

import dev.mergefarm.eval.torch.TorchRuntime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.bytedeco.pytorch.InferenceMode;

/** Runs pieces of work on a fixed number of threads, each in inference mode. */
final class WorkerThreads {

  private WorkerThreads() {}

  /**
   * Runs the work on every item, starting them in order, and returns when all are done. After the
   * first failure no more items are started.
   *
   * @throws RuntimeException the first failure, with later ones suppressed
   */
  static <T> void forEach(int threads, List<T> items, Consumer<T> work) {
    AtomicInteger next = new AtomicInteger();
    Failures failures = new Failures();
    IntFunction<Thread> thread =
        index ->
            Thread.ofPlatform()
                .name("inference-" + index)
                .start(() -> drain(items, next, work, failures));
    List<Thread> started = new ArrayList<>();
    for (int i = 1; i < Math.min(threads, items.size()); i++) {
      started.add(thread.apply(i));
    }
    drain(items, next, work, failures);
    started.forEach(other -> join(other, failures));
    failures.throwFirst();
  }

  private static <T> void drain(
      List<T> items, AtomicInteger next, Consumer<T> work, Failures failures) {
    try (InferenceMode _ = TorchRuntime.inference()) {
      for (int i = next.getAndIncrement(); i < items.size(); i = next.getAndIncrement()) {
        if (failures.any()) {
          return;
        }
        work.accept(items.get(i));
      }
    } catch (RuntimeException | Error e) {
      failures.add(e);
    }
  }

  /** Waits on, even when interrupted: the thread uses memory that the caller owns. */
  private static void join(Thread thread, Failures failures) {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
        failures.add(
            new dev.mergefarm.common.MergefarmException(
                dev.mergefarm.common.ErrorCode.CANCELLED, "The work was interrupted.", e));
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static final class Failures {
    private Throwable first;

    synchronized boolean any() {
      return first != null;
    }

    synchronized void add(Throwable failure) {
      if (first == null) {
        first = failure;
      } else if (first != failure) {
        first.addSuppressed(failure);
      }
    }

    synchronized void throwFirst() {
      switch (first) {
        case null -> {}
        case RuntimeException e -> throw e;
        case Error e -> throw e;
        default -> throw new IllegalStateException(first);
      }
    }
  }
}
