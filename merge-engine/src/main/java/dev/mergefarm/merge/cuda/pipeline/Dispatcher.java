package dev.mergefarm.merge.cuda.pipeline;

import dev.mergefarm.merge.method.TensorMerge;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Hands tensors to lanes in order. A lane asks when it has room to read, so each gets as many bytes
 * as it can deal with, whatever the tensors' sizes.
 */
final class Dispatcher {

  /** Tensors between the one that is written and the last one that is begun, at most. */
  private static final int AHEAD = 64;

  private final Iterator<TensorMerge> merges;
  private final RunControl.Handover<RunningMerge> order;
  private final ReentrantLock asking = new ReentrantLock();
  private boolean ended;

  Dispatcher(Iterator<TensorMerge> merges, RunControl control) {
    this.merges = merges;
    order = control.queue(AHEAD);
  }

  /** The tensors that were handed out, in order, and then the end. */
  RunControl.Handover<RunningMerge> order() {
    return order;
  }

  /** The next tensor that the lane can merge; empty when there are no more. */
  Optional<TensorWork> next(LaneRun lane) {
    asking.lock();
    try {
      while (!ended && merges.hasNext()) {
        TensorMerge tensor = merges.next();
        Optional<String> refusal = lane.refusal(tensor);
        if (refusal.isPresent()) {
          order.put(new RunningMerge.OnProcessor(tensor, refusal.get()));
        } else {
          TensorWork work = lane.begin(tensor);
          order.put(new RunningMerge.OnDevice(work, lane));
          return Optional.of(work);
        }
      }
      if (!ended) {
        ended = true;
        order.put(new RunningMerge.End());
      }
      return Optional.empty();
    } finally {
      asking.unlock();
    }
  }
}
