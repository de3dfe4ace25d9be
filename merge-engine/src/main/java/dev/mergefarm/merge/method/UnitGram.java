package dev.mergefarm.merge.method;

/**
 * Geometry in the space that some vectors span: points are coefficients of the vectors scaled to
 * unit length, so that an algorithm on whole tensors needs no tensor.
 *
 * @param lengths what each vector was divided by
 * @param products dot products of the scaled vectors
 */
record UnitGram(double[] lengths, double[][] products) {

  /**
   * Scales vectors by their length and a little more.
   *
   * @param added to each length
   */
  static UnitGram of(Gram gram, double added) {
    int count = gram.vectors();
    double[] lengths = new double[count];
    double[][] products = new double[count][count];
    for (int i = 0; i < count; i++) {
      lengths[i] = gram.norm(i) + added;
    }
    for (int i = 0; i < count; i++) {
      for (int j = 0; j < count; j++) {
        double scale = lengths[i] * lengths[j];
        products[i][j] = scale == 0 ? 0 : gram.product(i, j) / scale;
      }
    }
    return new UnitGram(lengths, products);
  }

  int count() {
    return lengths.length;
  }

  /** The dot product of a scaled vector and a point. */
  double dot(int vector, double[] point) {
    double sum = 0;
    for (int j = 0; j < point.length; j++) {
      sum += point[j] * products[vector][j];
    }
    return sum;
  }

  double norm(double[] point) {
    double sum = 0;
    for (int i = 0; i < point.length; i++) {
      sum += point[i] * dot(i, point);
    }
    return Math.sqrt(Math.max(0, sum));
  }

  /** {@code a * x + b * y}. */
  static double[] combine(double a, double[] x, double b, double[] y) {
    double[] sum = new double[x.length];
    for (int i = 0; i < sum.length; i++) {
      sum[i] = a * x[i] + b * y[i];
    }
    return sum;
  }

  /** A point times a factor, as coefficients of the vectors before they were scaled. */
  double[] unscaled(double[] point, double factor) {
    double[] coefficients = new double[point.length];
    for (int i = 0; i < point.length; i++) {
      coefficients[i] = lengths[i] == 0 ? 0 : point[i] * factor / lengths[i];
    }
    return coefficients;
  }
}
