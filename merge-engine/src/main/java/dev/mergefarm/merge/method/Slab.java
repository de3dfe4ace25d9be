package dev.mergefarm.merge.method;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.merge.kernel.BlockMath;

/** A stretch of all inputs of a tensor, held in memory for one task. Used by one thread. */
public interface Slab {

  /** Flat index of the first element. */
  long first();

  /** Number of elements: one or more whole slabs. */
  int length();

  /** Decodes elements of one input. */
  void load(int input, int offset, int count, float[] target);

  /** To ask from time to time where looking at a slab takes longer than a tenth of a second. */
  Cancellation cancellation();

  /** The arithmetic to use. */
  BlockMath math();
}
