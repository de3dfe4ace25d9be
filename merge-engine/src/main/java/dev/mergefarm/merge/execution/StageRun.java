package dev.mergefarm.merge.execution;

import dev.mergefarm.merge.method.Reduction;
import dev.mergefarm.merge.method.SlabWork;
import dev.mergefarm.merge.method.Stage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The progress of one stage of one tensor. Counters are guarded by the run's lock; combining by the
 * object itself.
 */
abstract sealed class StageRun {

  private final Partition partition;
  private long claimed;
  private long completed;

  private StageRun(Partition partition) {
    this.partition = partition;
  }

  final Partition partition() {
    return partition;
  }

  final boolean hasUnclaimed() {
    return claimed < partition.tasks();
  }

  final long claim() {
    return claimed++;
  }

  /** Counts a finished task and says whether it was the last. */
  final boolean complete() {
    return ++completed == partition.tasks();
  }

  /** A stage that writes the output. */
  static final class Output extends StageRun {

    private final Stage stage;

    Output(Stage stage, Partition partition) {
      super(partition);
      this.stage = stage;
    }

    Stage stage() {
      return stage;
    }
  }

  /**
   * A reduction. Partial results whose order matters wait until those before them are combined.
   *
   * @param <R> the result
   */
  static final class Reducing<R> extends StageRun {

    private final Reduction<R> reduction;
    private final Function<R, Stage> next;
    private final R whole;
    private final Map<Long, R> waiting = new HashMap<>();
    private final List<R> idle = new ArrayList<>();
    private long nextSegment;

    Reducing(Stage.Reduce<R> stage, Partition partition) {
      super(partition);
      reduction = stage.reduction();
      next = stage.next();
      whole = reduction.empty();
    }

    SlabWork work() {
      return reduction;
    }

    /** A result to accumulate a segment into. */
    R partial(long first, long length) {
      if (!reduction.orderFree()) {
        return reduction.partial(first, (int) length);
      }
      synchronized (this) {
        return idle.isEmpty() ? reduction.empty() : idle.removeLast();
      }
    }

    void accumulate(R partial, Piece block) {
      reduction.accumulate(partial, block);
    }

    /** Takes a segment's result back. */
    synchronized void finished(long segmentIndex, R partial) {
      if (reduction.orderFree()) {
        idle.add(partial);
        return;
      }
      waiting.put(segmentIndex, partial);
      for (R ready = waiting.remove(nextSegment);
          ready != null;
          ready = waiting.remove(nextSegment)) {
        reduction.combine(whole, ready);
        nextSegment++;
      }
    }

    /** The next stage, once every task is complete. */
    synchronized Stage result() {
      idle.forEach(partial -> reduction.combine(whole, partial));
      return next.apply(whole);
    }
  }
}
