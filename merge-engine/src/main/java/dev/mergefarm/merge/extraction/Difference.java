package dev.mergefarm.merge.extraction;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.merge.input.FloatCodec;
import dev.mergefarm.merge.method.TensorBlocks;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The difference of two matrices, in float32, and its products with thin matrices of float64, all
 * row-major. The products use all processors.
 */
final class Difference {

  private static final int READ_ELEMENTS = 1 << 20;
  private static final int COLUMNS_AT_ONCE = 64;

  private final int rows;
  private final int columns;
  private final float[] values;

  Difference(int rows, int columns, float[] values) {
    this.rows = rows;
    this.columns = columns;
    this.values = values;
  }

  /** Reads both matrices, which must be of one shape with at most 2^31 - 9 elements. */
  static Difference of(TensorBlocks model, TensorBlocks base, Cancellation cancellation) {
    int rows = Math.toIntExact(model.shape().dimension(0));
    int columns = Math.toIntExact(model.shape().dimension(1));
    return new Difference(rows, columns, values(model, base, cancellation));
  }

  /** The differences of all elements of two tensors of one shape. */
  static float[] values(TensorBlocks model, TensorBlocks base, Cancellation cancellation) {
    float[] values = new float[Math.toIntExact(model.shape().elements())];
    for (int first = 0; first < values.length; first += READ_ELEMENTS) {
      cancellation.throwIfCancelled();
      int count = Math.min(READ_ELEMENTS, values.length - first);
      float[] tuned = FloatCodec.read(model, first, count);
      float[] plain = FloatCodec.read(base, first, count);
      for (int i = 0; i < count; i++) {
        values[first + i] = tuned[i] - plain[i];
      }
    }
    return values;
  }

  int rows() {
    return rows;
  }

  int columns() {
    return columns;
  }

  /** The sum of the squares of all elements. */
  double energy() {
    return IntStream.range(0, rows)
        .parallel()
        .mapToDouble(
            row -> {
              double sum = 0;
              for (int i = row * columns; i < (row + 1) * columns; i++) {
                sum += (double) values[i] * values[i];
              }
              return sum;
            })
        .sum();
  }

  /** All elements in float64. */
  double[] wide() {
    double[] wide = new double[values.length];
    Arrays.setAll(wide, i -> values[i]);
    return wide;
  }

  /**
   * This times a matrix.
   *
   * @param thin [columns, width]
   * @return [rows, width]
   */
  double[] times(double[] thin, int width) {
    double[] product = new double[Math.multiplyExact(rows, width)];
    IntStream.range(0, rows)
        .parallel()
        .forEach(
            row -> {
              for (int column = 0; column < columns; column++) {
                addScaled(
                    values[row * columns + column],
                    thin,
                    column * width,
                    product,
                    row * width,
                    width);
              }
            });
    return product;
  }

  /**
   * The transpose of this times a matrix.
   *
   * @param thin [rows, width]
   * @return [columns, width]
   */
  double[] transposedTimes(double[] thin, int width) {
    double[] product = new double[Math.multiplyExact(columns, width)];
    IntStream.range(0, Math.ceilDiv(columns, COLUMNS_AT_ONCE))
        .parallel()
        .forEach(
            group -> {
              int first = group * COLUMNS_AT_ONCE;
              int end = Math.min(columns, first + COLUMNS_AT_ONCE);
              for (int row = 0; row < rows; row++) {
                for (int column = first; column < end; column++) {
                  addScaled(
                      values[row * columns + column],
                      thin,
                      row * width,
                      product,
                      column * width,
                      width);
                }
              }
            });
    return product;
  }

  private static void addScaled(
      double factor, double[] source, int from, double[] target, int to, int count) {
    for (int i = 0; i < count; i++) {
      target[to + i] += factor * source[from + i];
    }
  }
}
