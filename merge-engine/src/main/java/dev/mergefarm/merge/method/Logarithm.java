package dev.mergefarm.merge.method;

/**
 * The natural logarithm by additions, multiplications and divisions alone, so that every device
 * gives the same bits: {@link Math#log} may differ from one to the next. A number is a power of two
 * times m, from sqrt(1/2) to sqrt(2), and log(m) is twice the area hyperbolic tangent of (m - 1) /
 * (m + 1), whose series is cut off where it no longer counts in float64.
 */
final class Logarithm {

  private static final double LN_2 = 0.6931471805599453;
  private static final double SQUARE_ROOT_OF_2 = 1.4142135623730951;
  private static final int LAST_TERM = 27;

  private Logarithm() {}

  /** Within a few units in the last place of float64. */
  static double of(float x) {
    if (!(x > 0)) {
      return x == 0 ? Double.NEGATIVE_INFINITY : Double.NaN;
    }
    if (x == Float.POSITIVE_INFINITY) {
      return Double.POSITIVE_INFINITY;
    }
    int exponent = Math.getExponent((double) x);
    double mantissa = x / powerOfTwo(exponent);
    if (mantissa > SQUARE_ROOT_OF_2) {
      mantissa *= 0.5;
      exponent++;
    }
    double ratio = (mantissa - 1) / (mantissa + 1);
    double square = ratio * ratio;
    double sum = 1.0 / LAST_TERM;
    for (int term = LAST_TERM - 2; term >= 1; term -= 2) {
      sum = sum * square + 1.0 / term;
    }
    return exponent * LN_2 + 2 * ratio * sum;
  }

  private static double powerOfTwo(int exponent) {
    return Double.longBitsToDouble((long) (exponent + 1023) << 52);
  }
}
