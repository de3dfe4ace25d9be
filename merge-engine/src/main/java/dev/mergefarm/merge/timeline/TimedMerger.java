package dev.mergefarm.merge.timeline;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.merge.method.MergeInput;
import dev.mergefarm.merge.method.TensorBlocks;
import dev.mergefarm.merge.method.TensorMerge;
import dev.mergefarm.merge.method.TensorMerger;
import dev.mergefarm.merge.method.TensorSink;
import dev.mergefarm.storage.tensor.DataType;
import dev.mergefarm.storage.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.util.Iterator;
import java.util.List;

/**
 * Adds what any engine reads and writes to a timeline, seen from outside: the time of each reading
 * on the thread that reads, and of each writing. What is left of a thread's time is computing or
 * waiting.
 */
public final class TimedMerger implements TensorMerger {

  private final TensorMerger merger;
  private final Timeline timeline;

  /**
   * @param merger closed with this one
   */
  public TimedMerger(TensorMerger merger, Timeline timeline) {
    this.merger = merger;
    this.timeline = timeline;
  }

  @Override
  public void merge(Iterator<TensorMerge> merges, TensorSink sink, Cancellation cancellation) {
    Iterator<TensorMerge> timed =
        new Iterator<>() {
          @Override
          public boolean hasNext() {
            return merges.hasNext();
          }

          @Override
          public TensorMerge next() {
            return timed(merges.next());
          }
        };
    merger.merge(timed, new TimedSink(sink), cancellation);
  }

  private TensorMerge timed(TensorMerge merge) {
    List<MergeInput> inputs =
        merge.inputs().stream()
            .map(
                input ->
                    new MergeInput(
                        input.model(),
                        new TimedBlocks(merge.name(), input.blocks()),
                        input.parameters(),
                        input.companion()))
            .toList();
    return new TensorMerge(
        merge.method(),
        merge.name(),
        inputs,
        merge.base(),
        merge.parameters(),
        merge.outputType(),
        merge.seed());
  }

  private void add(Step step, String tensor, long start, long bytes) {
    timeline.add(
        new Span(step, Thread.currentThread().getName(), tensor, start, System.nanoTime(), bytes));
  }

  @Override
  public long memoryBound() {
    return merger.memoryBound();
  }

  @Override
  public String description() {
    return merger.description();
  }

  @Override
  public void close() {
    merger.close();
  }

  private final class TimedBlocks implements TensorBlocks {
    private final String tensor;
    private final TensorBlocks blocks;

    TimedBlocks(String tensor, TensorBlocks blocks) {
      this.tensor = tensor;
      this.blocks = blocks;
    }

    @Override
    public DataType dataType() {
      return blocks.dataType();
    }

    @Override
    public Shape shape() {
      return blocks.shape();
    }

    @Override
    public void read(long firstElement, MemorySegment target) {
      long start = System.nanoTime();
      blocks.read(firstElement, target);
      add(Step.READ, tensor, start, target.byteSize());
    }
  }

  private final class TimedSink implements TensorSink {
    private final TensorSink sink;

    TimedSink(TensorSink sink) {
      this.sink = sink;
    }

    @Override
    public void write(TensorMerge tensor, MemorySegment block) {
      long start = System.nanoTime();
      sink.write(tensor, block);
      add(Step.WRITE, tensor.name(), start, block.byteSize());
    }

    @Override
    public void finished(TensorMerge tensor) {
      sink.finished(tensor);
    }

    @Override
    public void remark(String text) {
      sink.remark(text);
    }
  }
}
