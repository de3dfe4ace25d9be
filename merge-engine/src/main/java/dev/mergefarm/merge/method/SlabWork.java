package dev.mergefarm.merge.method;

/**
 * Work that may need to see stretches of a tensor together, such as whole rows. Most need not: then
 * the slab is one element and nothing is prepared.
 */
public interface SlabWork {

  /** Largest slab that engines accept, in elements: 16 Mi, which is 64 MiB of float32. */
  int LARGEST_SLAB = 1 << 24;

  /** How many elements must be seen together; blocks never come from two tasks of one slab. */
  default int slabElements() {
    return 1;
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
