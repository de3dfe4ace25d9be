package dev.mergefarm.merge.method;

import java.util.Optional;
import java.util.function.Function;

/**
 * What a method learns about whole tensors. Engines split the tensor into segments of {@link
 * #SEGMENT} elements, whatever the number of threads, accumulate each into a partial result, and
 * combine the partial results in order, so that floating-point sums are the same on every run.
 *
 * @param <R> a partial result, and the whole one; mutable, used by one thread at a time
 */
public interface Reduction<R> extends SlabWork {

  /** Elements whose sums are formed together: 65536. */
  int SEGMENT = 1 << 16;

  /** The result of no element, into which others are combined. */
  R empty();

  /**
   * A result to accumulate one segment into. Differs from {@link #empty} where the whole result has
   * a value for each row, of which a segment touches few.
   *
   * @param firstElement flat index of the segment's first element
   */
  default R partial(long firstElement, int length) {
    return empty();
  }

  /** Adds a block. Blocks of a segment come in order. */
  void accumulate(R partial, Block block);

  /** Adds a finished partial result to the whole. */
  void combine(R whole, R partial);

  /**
   * Whether the order of accumulation cannot change the result, as with counts. Then a thread
   * accumulates many segments into one {@link #empty} result, which may be large.
   */
  default boolean orderFree() {
    return false;
  }

  /** The same as compiled kernels; empty where there are none, and then the CPU does it. */
  default Optional<KernelReduction<R>> kernels() {
    return Optional.empty();
  }

  /**
   * Stages that lead to the same and suit compiled kernels better; empty where there are none.
   *
   * @param next what follows this reduction
   */
  default Optional<Stage> kernelStages(Function<R, Stage> next) {
    return Optional.empty();
  }
}
