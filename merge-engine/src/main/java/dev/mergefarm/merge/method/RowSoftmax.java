package dev.mergefarm.merge.method;

/**
 * The softmax of a row in float32, in the order of operations of the program whose results users
 * compare with: the divergence of two nearly equal rows amplifies the last bits of both, so that a
 * more exact softmax would select other elements. The row's largest value is subtracted,
 * exponentials are added in 16 lanes that are then folded in halves, and multiplied by the sum's
 * reciprocal.
 */
final class RowSoftmax {

  private static final int LANES = 16;
  private static final float LOG2_E = 1.4426950408889634f;
  private static final float LN2_HIGH = 0.693145751953125f;
  private static final float LN2_LOW = 1.428606765330187045e-06f;

  /** Below this power of two every exponential is 0. */
  private static final float LOWEST_POWER = -160;

  /** Coefficients of (exp(r) - 1 - r) / r^2, of the highest power first. */
  private static final float[] POLYNOMIAL = {
    0.000198527617612853646278381f,
    0.00139304355252534151077271f,
    0.00833336077630519866943359f,
    0.0416664853692054748535156f,
    0.166666671633720397949219f,
    0.5f
  };

  private RowSoftmax() {}

  /** Replaces a row by its softmax. */
  static void apply(float[] row, int length) {
    float largest = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < length; i++) {
      largest = Math.max(largest, row[i]);
    }
    for (int i = 0; i < length; i++) {
      row[i] = exponential(row[i] - largest);
    }
    float reciprocal = 1 / sum(row, length);
    for (int i = 0; i < length; i++) {
      row[i] *= reciprocal;
    }
  }

  /** Within one unit in the last place; the argument is 0 or less. */
  static float exponential(float x) {
    float power = (float) Math.rint(x * LOG2_E);
    float rest = Math.fma(power, -LN2_LOW, Math.fma(power, -LN2_HIGH, x));
    float value = POLYNOMIAL[0];
    for (int i = 1; i < POLYNOMIAL.length; i++) {
      value = Math.fma(value, rest, POLYNOMIAL[i]);
    }
    return scaled(1 + Math.fma(rest * rest, value, rest), (int) Math.max(power, LOWEST_POWER));
  }

  /** Multiplies by a power of two in two steps, so that each factor is a normal number. */
  private static float scaled(float value, int power) {
    int half = power >> 1;
    return value * powerOfTwo(half) * powerOfTwo(power - half);
  }

  private static float powerOfTwo(int power) {
    return Float.intBitsToFloat(power + 127 << 23);
  }

  private static float sum(float[] row, int length) {
    if (length < LANES) {
      return sequentialSum(row, length);
    }
    float[] lanes = new float[LANES];
    for (int i = 0; i < length; i++) {
      lanes[i % LANES] += row[i];
    }
    for (int half = LANES / 2; half >= 1; half /= 2) {
      for (int i = 0; i < half; i++) {
        lanes[i] += lanes[i + half];
      }
    }
    return lanes[0];
  }

  private static float sequentialSum(float[] row, int length) {
    float sum = 0;
    for (int i = 0; i < length; i++) {
      sum += row[i];
    }
    return sum;
  }
}
