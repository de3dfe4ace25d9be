package dev.mergefarm.merge.method;

import dev.mergefarm.merge.kernel.BlockMath;

/**
 * The elements of all inputs in one small stretch of a tensor, small enough that a few rows of
 * float32 stay in the first-level cache. Used by one thread; rows are valid for one block only.
 */
public interface Block {

  /** Most elements in a block; every row has this length. */
  int CAPACITY = 512;

  /** Flat index of the first element in the tensor. */
  long first();

  /** Number of elements, from 1 to {@link #CAPACITY}. */
  int length();

  /** One input in float32, decoded on first use. Not to be changed. */
  float[] input(int index);

  /** The tensor that accompanies an input, in float32. Not to be changed. */
  float[] companion(int index);

  /** A row to compute in, the same for the same number; its content is arbitrary at first. */
  float[] scratch(int number);

  /** Sets the target to {@code input * weight}, without decoding the input to a row of its own. */
  void scaleInput(int index, float weight, float[] target);

  /** Adds {@code input * weight}, rounded before it is added. */
  void addScaledInput(int index, float weight, float[] target);

  /** Sets the target to {@code input - base}: a task vector's elements. */
  void taskVector(int index, int base, float[] target);

  /** What {@link SlabWork#prepare} returned for this block's task. */
  Object prepared();

  /** The arithmetic to use. */
  BlockMath math();
}
