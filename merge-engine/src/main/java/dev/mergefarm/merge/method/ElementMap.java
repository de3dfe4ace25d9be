package dev.mergefarm.merge.method;

/**
 * What a method computes for each element. Engines that do not run on the CPU recognise the
 * implementing class and run a kernel of their own with the same fields; so an implementation is a
 * record of everything the computation depends on. Immutable and safe for many threads.
 */
public interface ElementMap extends SlabWork {

  /**
   * Fills the first {@link Block#length} elements of the result. Arithmetic is in float32; the
   * engine rounds once when it stores the result.
   *
   * @param result not one of the block's own rows; its old content is arbitrary
   */
  void apply(Block block, float[] result);
}
