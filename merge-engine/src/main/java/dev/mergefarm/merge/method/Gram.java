package dev.mergefarm.merge.method;

import dev.mergefarm.merge.kernel.BlockMath;

/**
 * Dot products of some vectors with each other, in float64. While it is accumulated each product
 * has {@link BlockMath#LANES} sums of its own. Mutable; used by one thread at a time.
 */
final class Gram {

  private final int vectors;
  private final double[][] lanes;
  private final double[] products;

  Gram(int vectors) {
    this.vectors = vectors;
    int pairs = vectors * (vectors + 1) / 2;
    lanes = new double[pairs][BlockMath.LANES];
    products = new double[pairs];
  }

  /**
   * Finished products.
   *
   * @param products of each vector with itself and those before it, in order
   */
  Gram(int vectors, double[] products) {
    this.vectors = vectors;
    this.products = products;
    lanes = new double[0][];
  }

  /** Adds the products of a stretch of all vectors. */
  void accumulate(BlockMath math, float[][] rows, int count) {
    int pair = 0;
    for (int i = 0; i < vectors; i++) {
      for (int j = 0; j <= i; j++) {
        math.addProducts(lanes[pair++], rows[i], rows[j], count);
      }
    }
  }

  /** Adds what another has accumulated. */
  void add(Gram other) {
    for (int pair = 0; pair < products.length; pair++) {
      products[pair] += other.products[pair] + BlockMath.total(other.lanes[pair]);
    }
  }

  int vectors() {
    return vectors;
  }

  double product(int i, int j) {
    int row = Math.max(i, j);
    return products[row * (row + 1) / 2 + Math.min(i, j)];
  }

  /** The Euclidean length of a vector. */
  double norm(int i) {
    return Math.sqrt(product(i, i));
  }

  /** The dot product of two vectors scaled to length 1; a vector shorter than the limit is not. */
  double cosine(int i, int j, double shortest) {
    double length = (norm(i) > shortest ? norm(i) : 1) * (norm(j) > shortest ? norm(j) : 1);
    return product(i, j) / length;
  }
}
