package dev.mergefarm.merge.kernel;

import dev.mergefarm.storage.tensor.DataType;
import java.lang.foreign.MemorySegment;

/**
 * Arithmetic on blocks of float32. Every operation handles the first {@code count} elements of its
 * rows and leaves the rest alone; a target may be one of the operands. Each elementary operation is
 * rounded to float32 (nearest, ties to even) and none is contracted, so that all implementations
 * give the same bits. Segments are native memory, at any alignment, little endian. Stateless and
 * safe for many threads.
 */
public interface BlockMath {

  /**
   * Independent sums that a float64 accumulation is spread over: element i goes to sum i mod 16.
   */
  int LANES = 16;

  /** {@code plain} or {@code vector}. */
  String name();

  /**
   * Decodes F32, F16 or BF16 elements, exactly.
   *
   * @param offset of the first element, in bytes
   */
  void decode(DataType type, MemorySegment source, long offset, float[] target, int count);

  /** Encodes to F32, F16 or BF16, to the nearest, ties to even; a NaN stays a NaN. */
  void encode(DataType type, float[] source, MemorySegment target, long offset, int count);

  /** {@code target = decoded * weight}. */
  void decodeScaled(
      DataType type, MemorySegment source, long offset, float weight, float[] target, int count);

  /** {@code target += decoded * weight}, the product rounded first. */
  void decodeAddScaled(
      DataType type, MemorySegment source, long offset, float weight, float[] target, int count);

  /** {@code target = decoded - base}. */
  void decodeSubtract(
      DataType type, MemorySegment source, long offset, float[] base, float[] target, int count);

  /** {@code target = x + y}. */
  void add(float[] target, float[] x, float[] y, int count);

  /** {@code target = x - y}. */
  void subtract(float[] target, float[] x, float[] y, int count);

  /** {@code target = x * y}. */
  void multiply(float[] target, float[] x, float[] y, int count);

  /** {@code target = x / y}. */
  void divide(float[] target, float[] x, float[] y, int count);

  /** {@code target = x * factor}. */
  void scale(float[] target, float[] x, float factor, int count);

  /** {@code target = x / divisor}, a true division. */
  void divideBy(float[] target, float[] x, float divisor, int count);

  /** {@code target += x * factor}, the product rounded first. */
  void addScaled(float[] target, float[] x, float factor, int count);

  /** {@code target = x} where {@code |x| >= threshold} or x is NaN, else 0. */
  void keepLarge(float[] target, float[] x, float threshold, int count);

  /** {@code target = x} where {@code |x| < threshold}, else 0. */
  void keepSmall(float[] target, float[] x, float threshold, int count);

  /** {@code target = x} where {@code draw < probability}, else 0. */
  void keepDrawn(float[] target, float[] x, float[] draws, float probability, int count);

  /**
   * Which draws are below a probability: bit {@code i} for {@code draws[first + i]}.
   *
   * @param count 1 to 64
   */
  long below(float[] draws, int first, float probability, int count);

  /**
   * Sets {@code target[first + i]} to 0 where bit {@code i} is not set.
   *
   * @param count 1 to 64
   */
  void keepBits(float[] target, int first, long bits, int count);

  /**
   * Finds the elements whose float32 bits without sign are from {@code least} to {@code last}.
   *
   * @param target takes their indices in order; at least {@code count} long
   * @return how many there are
   */
  int find(int[] target, float[] x, int least, int last, int count);

  /**
   * Adds a model to a sign consensus: where {@code x} has the sign that the sum elects (positive
   * when the sum is 0 or more, else negative), {@code agreed += x} and {@code weights += weight}.
   */
  void addAgreeing(
      float[] agreed, float[] weights, float[] x, float[] sum, float weight, int count);

  /** {@code target = x} where x is not 0, else 1. */
  void replaceZeros(float[] target, float[] x, int count);

  /** Adds the exact products {@code x * y} to {@link #LANES} float64 sums. */
  void addProducts(double[] sums, float[] x, float[] y, int count);

  /** Adds {@code |x|} to {@link #LANES} float64 sums. */
  void addMagnitudes(double[] sums, float[] x, int count);

  /**
   * Random numbers uniform in [0, 1), multiples of 2^-24, as {@link CounterRandom} defines them.
   *
   * @param first index of the first element; a multiple of {@link CounterRandom#GROUP}
   */
  void uniform(CounterRandom random, long first, float[] target, int count);

  /** The sum of {@link #LANES} sums, added pairwise in a fixed order. */
  static double total(double[] sums) {
    double[] left = sums.clone();
    for (int half = LANES / 2; half >= 1; half /= 2) {
      for (int i = 0; i < half; i++) {
        left[i] += left[i + half];
      }
    }
    return left[0];
  }
}
