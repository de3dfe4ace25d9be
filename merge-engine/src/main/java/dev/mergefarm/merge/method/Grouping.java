package dev.mergefarm.merge.method;

import dev.mergefarm.storage.tensor.Shape;

/**
 * How a tensor's elements form vectors: neighbours along the last dimension, or elements a fixed
 * distance apart along the first.
 *
 * @param alongLast whether vectors run along the last dimension
 * @param period length of a vector along the last dimension; number of vectors along the first
 * @param groups number of vectors
 */
record Grouping(boolean alongLast, long period, long groups) {

  /** Vectors along the last dimension; a tensor of one dimension is one vector. */
  static Grouping alongLast(Shape shape) {
    long length = shape.rank() < 2 ? shape.elements() : shape.dimension(shape.rank() - 1);
    long period = Math.max(1, length);
    return new Grouping(true, period, shape.elements() / period);
  }

  /** Vectors along the first dimension; a tensor of one dimension is one vector. */
  static Grouping alongFirst(Shape shape) {
    if (shape.rank() < 2) {
      return alongLast(shape);
    }
    long vectors = shape.elements() / Math.max(1, shape.dimension(0));
    return new Grouping(false, Math.max(1, vectors), vectors);
  }

  /** The vector that an element belongs to. */
  int group(long element) {
    return Math.toIntExact(alongLast ? element / period : element % period);
  }

  /** How many elements from this one on are of one vector, or of one vector each. */
  int run(long element, int most) {
    return (int) Math.min(most, period - element % period);
  }

  /** Adds itself to a kernel's parameter. */
  void write(KernelCall call) {
    call.int64(period).int32(alongLast ? 1 : 0).int32(0);
  }
}
