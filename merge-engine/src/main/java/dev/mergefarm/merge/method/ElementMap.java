package dev.mergefarm.merge.method;

import java.util.Optional;

/**
 * What a method computes for each element: a record of everything the computation depends on.
 * Immutable and safe for many threads.
 */
public interface ElementMap extends SlabWork {

  /**
   * Fills the first {@link Block#length} elements of the result. Arithmetic is in float32; the
   * engine rounds once when it stores the result.
   *
   * @param result not one of the block's own rows; its old content is arbitrary
   */
  void apply(Block block, float[] result);

  /** The same as compiled kernels; empty where there are none, and then the CPU does it. */
  default Optional<KernelMap> kernels() {
    return Optional.empty();
  }
}
