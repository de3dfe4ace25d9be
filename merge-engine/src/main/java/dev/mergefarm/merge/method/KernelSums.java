package dev.mergefarm.merge.method;

import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;

/**
 * A reduction whose kernels form sums segment by segment.
 *
 * @param kernel the name of the kernel that computes the rows to sum
 * @param parameters writes what follows the sums in the kernel's parameter
 */
record KernelSums<R>(
    SegmentSums sums, String kernel, Consumer<KernelCall> parameters, Result<R> result)
    implements KernelReduction<R> {

  /** What follows from the sums. */
  @FunctionalInterface
  interface Result<R> {

    /**
     * @param totals one for each term
     * @param elements of the whole tensor
     */
    R of(double[] totals, long elements);
  }

  @Override
  public long resultBytes(long elements) {
    return sums.resultBytes(elements);
  }

  @Override
  public void launch(KernelSlice slice) {
    sums.launch(slice, kernel, parameters);
  }

  @Override
  public R result(MemorySegment found, long elements) {
    return result.of(sums.totals(found, elements), elements);
  }
}
