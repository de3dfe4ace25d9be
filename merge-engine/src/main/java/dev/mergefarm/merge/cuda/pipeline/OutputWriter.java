package dev.mergefarm.merge.cuda.pipeline;

import dev.mergefarm.merge.method.TensorMerge;
import dev.mergefarm.merge.method.TensorMerger;
import dev.mergefarm.merge.method.TensorSink;
import dev.mergefarm.merge.timeline.Step;
import java.lang.foreign.MemorySegment;
import java.util.Iterator;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes tensors in order, whichever lane they come from, and merges on the CPU what no lane can.
 * Runs on the thread that asked for the merge.
 */
final class OutputWriter {

  private static final Logger LOG = LoggerFactory.getLogger(OutputWriter.class);

  private final RunControl control;
  private final RunControl.Handover<RunningMerge> order;
  private final TensorMerger processor;
  private final TensorSink sink;
  private long onProcessor;
  private String firstReason = "";

  OutputWriter(
      RunControl control,
      RunControl.Handover<RunningMerge> order,
      TensorMerger processor,
      TensorSink sink) {
    this.control = control;
    this.order = order;
    this.processor = processor;
    this.sink = sink;
  }

  void write() {
    while (true) {
      switch (order.peek()) {
        case RunningMerge.End end -> {
          remark();
          return;
        }
        case RunningMerge.OnProcessor next ->
            processor.merge(new ProcessorMerges(), sink, control.cancellation());
        case RunningMerge.OnDevice(TensorWork work, LaneRun lane) -> {
          order.take();
          write(work, lane);
        }
      }
    }
  }

  /** Says how much was left to the processor, and of one tensor why. */
  private void remark() {
    if (onProcessor > 0) {
      sink.remark(onProcessor + " tensors on the processor, the first because of " + firstReason);
    }
  }

  private void leaveToProcessor(TensorMerge tensor, String reason) {
    LOG.debug("{} is merged on the processor: {}", tensor.name(), reason);
    firstReason = onProcessor == 0 ? reason : firstReason;
    onProcessor++;
  }

  private void write(TensorWork work, LaneRun lane) {
    for (boolean more = true; more; ) {
      more =
          switch (work.outputs().take()) {
            case TensorWork.Output.Chunk chunk -> write(work, lane, chunk);
            case TensorWork.Output.Refused refused -> finishOnProcessor(work, lane, refused);
          };
    }
  }

  private boolean write(TensorWork work, LaneRun lane, TensorWork.Output.Chunk chunk) {
    Slot slot = chunk.slot();
    TensorMerge tensor = work.tensor();
    slot.second().ended().synchronize();
    lane.spans().device(Step.COMPUTE, tensor.name(), slot.first(), slot.bytes());
    lane.spans().device(Step.FROM_DEVICE, tensor.name(), slot.second(), slot.bytes());
    if (chunk.last()) {
      lane.release(work);
    }
    MemorySegment content =
        slot.pinned().segment().asSlice(chunk.skippedBytes(), slot.bytes() - chunk.skippedBytes());
    if (content.byteSize() > 0) {
      long start = System.nanoTime();
      sink.write(tensor, content);
      lane.spans().host(Step.WRITE, tensor.name(), start, content.byteSize());
    }
    lane.releaseDownload(slot);
    if (chunk.last()) {
      sink.finished(tensor);
    }
    return !chunk.last();
  }

  private boolean finishOnProcessor(
      TensorWork work, LaneRun lane, TensorWork.Output.Refused refused) {
    leaveToProcessor(work.tensor(), refused.reason());
    lane.release(work);
    processor.merge(
        List.of(work.tensor()).iterator(),
        new Remainder(refused.emittedBytes()),
        control.cancellation());
    return false;
  }

  /** The tensors up to the next that a device merges. */
  private final class ProcessorMerges implements Iterator<TensorMerge> {
    @Override
    public boolean hasNext() {
      return order.peek() instanceof RunningMerge.OnProcessor;
    }

    @Override
    public TensorMerge next() {
      RunningMerge.OnProcessor next = (RunningMerge.OnProcessor) order.take();
      leaveToProcessor(next.tensor(), next.reason());
      return next.tensor();
    }
  }

  /** Lets only the end of a tensor through. */
  private final class Remainder implements TensorSink {
    private long skip;

    Remainder(long skip) {
      this.skip = skip;
    }

    @Override
    public void write(TensorMerge tensor, MemorySegment block) {
      long skipped = Math.min(skip, block.byteSize());
      skip -= skipped;
      if (skipped < block.byteSize()) {
        sink.write(tensor, block.asSlice(skipped));
      }
    }

    @Override
    public void finished(TensorMerge tensor) {
      sink.finished(tensor);
    }
  }
}
