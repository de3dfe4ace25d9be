package dev.mergefarm.storage.tensor;

import java.util.List;

/**
 * A tensor's dimensions, outermost first; none for a scalar.
 *
 * @param dimensions sizes, each 0 or more, with a product that fits a long
 */
public record Shape(List<Long> dimensions) {

  public Shape {
    dimensions = List.copyOf(dimensions);
    long product = 1;
    for (long dimension : dimensions) {
      if (dimension < 0) {
        throw new IllegalArgumentException("dimension must be 0 or more, found " + dimension);
      }
      product = Math.multiplyExact(product, dimension);
    }
  }

  public static Shape of(long... dimensions) {
    return new Shape(java.util.Arrays.stream(dimensions).boxed().toList());
  }

  public int rank() {
    return dimensions.size();
  }

  public long dimension(int index) {
    return dimensions.get(index);
  }

  /** Number of elements; 1 for a scalar. */
  public long elements() {
    long product = 1;
    for (long dimension : dimensions) {
      product *= dimension;
    }
    return product;
  }

  /** As in {@code [4096, 11008]}. */
  @Override
  public String toString() {
    return dimensions.toString();
  }
}
