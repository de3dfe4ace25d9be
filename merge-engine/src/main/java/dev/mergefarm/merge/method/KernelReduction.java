package dev.mergefarm.merge.method;

import java.lang.foreign.MemorySegment;

/**
 * A {@link Reduction} on a device: the same result by compiled kernels.
 *
 * @param <R> the result
 */
public interface KernelReduction<R> {

  /**
   * Length of what the kernels find out, in bytes.
   *
   * @param elements of the whole tensor, 1 or more
   */
  long resultBytes(long elements);

  /** Launches what adds a slice to {@link KernelSlice#result}. Slices come in order. */
  void launch(KernelSlice slice);

  /**
   * The finished result.
   *
   * @param found what the kernels left, in native memory
   */
  R result(MemorySegment found, long elements);

  /** Memory that it takes on the device beside inputs and result, in bytes. */
  default long extraBytes(long elements) {
    return 0;
  }
}
