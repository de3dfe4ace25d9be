package dev.mergefarm.merge.cuda.pipeline;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.merge.method.TensorMerge;
import dev.mergefarm.merge.method.TensorMerger;
import dev.mergefarm.merge.method.TensorSink;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Merges on devices of a pool, and on the CPU what no kernel exists for. Each device has a thread
 * that reads and one that computes; the caller's thread writes.
 *
 * @param lanes one or more
 */
record DeviceTensorMerger(DevicePool pool, List<DeviceLane> lanes) implements TensorMerger {

  DeviceTensorMerger {
    lanes = List.copyOf(lanes);
  }

  @Override
  public void merge(Iterator<TensorMerge> merges, TensorSink sink, Cancellation cancellation) {
    pool.exclusively(cancellation, () -> run(merges, sink, new RunControl(cancellation)));
  }

  private void run(Iterator<TensorMerge> merges, TensorSink sink, RunControl control) {
    Dispatcher dispatcher = new Dispatcher(merges, control);
    List<LaneRun> runs = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    try {
      for (DeviceLane lane : lanes) {
        LaneRun run = new LaneRun(lane, control, pool.reader(control), pool.timeline());
        runs.add(run);
        threads.add(start(lane.name() + " reader", new LaneReader(run, dispatcher)));
        threads.add(start(lane.name() + " compute", new LaneCompute(run)));
      }
      new OutputWriter(control, dispatcher.order(), pool.processor(), sink).write();
    } catch (Throwable failure) {
      control.fail(failure);
    }
    threads.forEach(DeviceTensorMerger::join);
    runs.forEach(run -> close(run, control));
    control.failure().ifPresent(SliceReader::rethrow);
  }

  private static Thread start(String name, Runnable work) {
    return Thread.ofPlatform().daemon().name(name).start(work);
  }

  private static void join(Thread thread) {
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** A device that failed may fail again now; what came first is what the caller is told. */
  private static void close(LaneRun run, RunControl control) {
    try {
      run.close();
    } catch (RuntimeException failure) {
      Optional<Throwable> first = control.failure();
      first.ifPresent(cause -> cause.addSuppressed(failure));
      control.fail(failure);
    }
  }

  @Override
  public long memoryBound() {
    return pool.processor().memoryBound() + lanes.stream().mapToLong(DeviceLane::pinnedBytes).sum();
  }

  @Override
  public String description() {
    return lanes.stream()
        .map(lane -> lane.name() + " with " + (lane.device().memoryBudget() >> 20) + " MiB")
        .collect(Collectors.joining(", "));
  }

  /** Nothing: everything is the pool's. */
  @Override
  public void close() {}
}
