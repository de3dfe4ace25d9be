package dev.mergefarm.merge.method;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problems;

/**
 * Work that may need to see stretches of a tensor together, such as whole rows. Most need not: then
 * no slab is asked for and nothing is prepared.
 */
public interface SlabWork {

  /** Largest slab that engines accept, in elements: 4 Mi, which is 16 MiB of float32. */
  int LARGEST_SLAB = 1 << 22;

  /**
   * How many elements must be seen together; a slab is never divided between tasks. 0 when none
   * need be, and then nothing is prepared.
   */
  default int slabElements() {
    return 0;
  }

  /**
   * What the work is divided into, in elements: about {@link Reduction#SEGMENT}, and whole slabs
   * where slabs must be seen together.
   */
  default long segmentElements() {
    long slab = Math.max(1, slabElements());
    return slab * Math.max(1, Reduction.SEGMENT / slab);
  }

  /** Adds an error when rows are longer than engines accept. */
  static void checkRow(long elements, String path, Problems problems) {
    if (elements > LARGEST_SLAB) {
      problems.error(
          ErrorCode.INVALID_VALUE,
          path,
          "the method looks at whole rows of at most "
              + LARGEST_SLAB
              + " elements, found "
              + elements);
    }
  }

  /** Whether blocks give the companions of inputs, which are then read along with them. */
  default boolean readsCompanions() {
    return false;
  }

  /**
   * Called before the blocks of each task, which is one or more whole slabs.
   *
   * @return anything; {@link Block#prepared} gives it back
   */
  default Object prepare(Slab slab) {
    return null;
  }
}
