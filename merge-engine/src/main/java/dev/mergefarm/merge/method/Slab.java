package dev.mergefarm.merge.method;

import dev.mergefarm.merge.kernel.BlockMath;

/** A stretch of all inputs of a tensor, held in memory for one task. Used by one thread. */
public interface Slab {

  /** Flat index of the first element. */
  long first();

  /** Number of elements: one or more whole slabs. */
  int length();

  /** Decodes elements of one input. */
  void load(int input, int offset, int count, float[] target);

  /** The arithmetic to use. */
  BlockMath math();
}
