package dev.mergefarm.merge.cuda.pipeline;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.merge.method.TensorMerger;
import dev.mergefarm.merge.timeline.Timeline;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The devices of a process, each opened when it is first wanted, and what merges on them share.
 * Merges come one after the other, since each keeps its devices busy.
 */
public final class DevicePool implements AutoCloseable {

  private static final long PATIENCE_MILLISECONDS = 50;

  private final List<? extends DeviceSource> sources;
  private final List<Optional<DeviceLane>> lanes = new ArrayList<>();
  private final TensorMerger processor;
  private final PipelineSettings settings;
  private final Timeline timeline;
  private final ExecutorService readers;
  private final ReentrantLock running = new ReentrantLock(true);

  /**
   * @param processor merges what the devices cannot; not closed with the pool
   * @param timeline gets everything that is done on and for devices
   */
  public DevicePool(
      List<? extends DeviceSource> sources,
      TensorMerger processor,
      PipelineSettings settings,
      Timeline timeline) {
    this.sources = List.copyOf(sources);
    this.processor = processor;
    this.settings = settings;
    this.timeline = timeline;
    sources.forEach(source -> lanes.add(Optional.empty()));
    readers =
        Executors.newFixedThreadPool(
            settings.readers(), Thread.ofPlatform().daemon().name("device-reader-", 0).factory());
  }

  /**
   * An engine on some of the devices, which are opened unless they are. It needs no closing.
   *
   * @param indices of sources, one or more
   * @throws dev.mergefarm.common.MergefarmException when one of them cannot be opened
   */
  public TensorMerger merger(List<Integer> indices) {
    if (indices.isEmpty()) {
      throw new IllegalArgumentException("a merger needs a device");
    }
    return new DeviceTensorMerger(this, indices.stream().map(this::lane).toList());
  }

  private synchronized DeviceLane lane(int index) {
    if (lanes.get(index).isEmpty()) {
      lanes.set(index, Optional.of(new DeviceLane(sources.get(index).open(), settings)));
    }
    return lanes.get(index).get();
  }

  TensorMerger processor() {
    return processor;
  }

  Timeline timeline() {
    return timeline;
  }

  SliceReader reader(RunControl control) {
    return new SliceReader(readers, control, settings.partBytes());
  }

  /** Runs a merge when no other does. */
  void exclusively(Cancellation cancellation, Runnable merge) {
    enter(cancellation);
    try {
      merge.run();
    } finally {
      running.unlock();
    }
  }

  private void enter(Cancellation cancellation) {
    boolean interrupted = false;
    try {
      while (true) {
        cancellation.throwIfCancelled();
        try {
          if (running.tryLock(PATIENCE_MILLISECONDS, TimeUnit.MILLISECONDS)) {
            return;
          }
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public synchronized void close() {
    readers.shutdown();
    lanes.forEach(lane -> lane.ifPresent(DeviceLane::close));
    lanes.replaceAll(lane -> Optional.empty());
  }
}
