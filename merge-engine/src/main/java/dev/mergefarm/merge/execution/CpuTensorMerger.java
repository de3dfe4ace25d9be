package dev.mergefarm.merge.execution;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.merge.kernel.Kernels;
import dev.mergefarm.merge.method.TensorMerge;
import dev.mergefarm.merge.method.TensorMerger;
import dev.mergefarm.merge.method.TensorSink;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Merges on the processor's cores. The caller's thread works too; the engine's other threads are
 * daemons that live until {@link #close}. Several runs share the workers.
 */
public final class CpuTensorMerger implements TensorMerger {

  private final Kernels kernels;
  private final ExecutionSettings settings;
  private final ResidentMemory memory;
  private final ReentrantLock largeSlabs = new ReentrantLock();
  private final Semaphore permits;
  private final Deque<Worker> idle = new ArrayDeque<>();
  private final ExecutorService helpers;

  public CpuTensorMerger(Kernels kernels, ExecutionSettings settings) {
    this.kernels = kernels;
    this.settings = settings;
    memory = new ResidentMemory(settings.residentBytes());
    permits = new Semaphore(settings.workers(), true);
    helpers =
        Executors.newCachedThreadPool(
            Thread.ofPlatform().daemon().name("merge-worker-", 0).factory());
  }

  /** An engine with the best kernels of this machine, for files of this machine. */
  public static CpuTensorMerger forLocalFiles(int threads) {
    return new CpuTensorMerger(Kernels.best(), ExecutionSettings.forLocalFiles(threads));
  }

  /** An engine with the best kernels of this machine, for a store across a network. */
  public static CpuTensorMerger forRemoteStore(int threads) {
    return new CpuTensorMerger(Kernels.best(), ExecutionSettings.forRemoteStore(threads));
  }

  @Override
  public void merge(Iterator<TensorMerge> merges, TensorSink sink, Cancellation cancellation) {
    MergeRun run = new MergeRun(merges, sink, cancellation, memory, settings);
    permits.acquireUninterruptibly();
    List<CountDownLatch> helping = new ArrayList<>();
    try {
      while (helping.size() + 1 < settings.workers() && permits.tryAcquire()) {
        helping.add(help(run));
      }
      work(run);
    } finally {
      permits.release();
      helping.forEach(CpuTensorMerger::await);
    }
    run.close().ifPresent(CpuTensorMerger::rethrow);
  }

  private CountDownLatch help(MergeRun run) {
    CountDownLatch done = new CountDownLatch(1);
    helpers.execute(
        () -> {
          try {
            work(run);
          } finally {
            permits.release();
            done.countDown();
          }
        });
    return done;
  }

  private void work(MergeRun run) {
    Worker worker = takeWorker();
    try {
      worker.work(run);
    } finally {
      giveBack(worker);
    }
  }

  private Worker takeWorker() {
    synchronized (idle) {
      return idle.isEmpty() ? new Worker(kernels.math(), largeSlabs) : idle.removeLast();
    }
  }

  private void giveBack(Worker worker) {
    synchronized (idle) {
      idle.addLast(worker);
    }
  }

  private static void await(CountDownLatch latch) {
    boolean interrupted = false;
    while (true) {
      try {
        latch.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static void rethrow(Throwable failure) {
    switch (failure) {
      case RuntimeException exception -> throw exception;
      case Error error -> throw error;
      default ->
          throw new MergefarmException(ErrorCode.INTERNAL, "A merge worker failed.", failure);
    }
  }

  @Override
  public long memoryBound() {
    return settings.memoryBound();
  }

  @Override
  public String description() {
    return "CPU, "
        + settings.workers()
        + " workers, "
        + kernels.math().name()
        + " kernels: "
        + kernels.reason();
  }

  @Override
  public void close() {
    helpers.shutdown();
    synchronized (idle) {
      idle.forEach(Worker::close);
      idle.clear();
    }
    memory.close();
  }
}
