package dev.mergefarm.eval.template.python;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;

/** Python's {@code bool}, {@code int} and {@code float}: kinds, conversions, text. */
public final class Numbers {

  /** Python refuses to print or read integers of more digits. */
  static final int MOST_DIGITS = 4300;

  private static final BigInteger LONG_MIN = BigInteger.valueOf(Long.MIN_VALUE);
  private static final BigInteger LONG_MAX = BigInteger.valueOf(Long.MAX_VALUE);

  private Numbers() {}

  /** Whether a value is an {@code int}; a {@code bool} is one. */
  public static boolean isInteger(Object value) {
    return value instanceof Long || value instanceof Boolean || value instanceof BigInteger;
  }

  public static boolean isNumber(Object value) {
    return isInteger(value) || value instanceof Double;
  }

  /** An integer in its one form: Long where it fits. */
  public static Object normal(BigInteger value) {
    if (value.compareTo(LONG_MIN) >= 0 && value.compareTo(LONG_MAX) <= 0) {
      return value.longValue();
    }
    if (value.bitLength() > Budget.INTEGER_BITS) {
      throw new PythonException(
          PythonException.Kind.LIMIT,
          "an integer of "
              + value.bitLength()
              + " bits passes the limit of "
              + Budget.INTEGER_BITS);
    }
    return value;
  }

  /** An integer value in its one form; a bool becomes 0 or 1. */
  static Object normal(Object integer) {
    return switch (integer) {
      case Boolean flag -> flag ? 1L : 0L;
      case BigInteger big -> normal(big);
      default -> integer;
    };
  }

  /** An integer value as a BigInteger. */
  public static BigInteger big(Object integer) {
    return switch (integer) {
      case Boolean flag -> flag ? BigInteger.ONE : BigInteger.ZERO;
      case Long number -> BigInteger.valueOf(number);
      case BigInteger big -> big;
      default -> throw new IllegalArgumentException("integer expected, is " + integer);
    };
  }

  /**
   * A number as a double.
   *
   * @throws PythonException of kind OVERFLOW_ERROR for an integer beyond the range
   */
  public static double toDouble(Object number) {
    return switch (number) {
      case Double value -> value;
      case Boolean flag -> flag ? 1 : 0;
      case Long value -> value;
      case BigInteger big -> {
        double value = big.doubleValue();
        if (Double.isInfinite(value)) {
          throw new PythonException(
              PythonException.Kind.OVERFLOW_ERROR, "int too large to convert to float");
        }
        yield value;
      }
      default -> throw new IllegalArgumentException("number expected, is " + number);
    };
  }

  /**
   * An argument that must be an integer of ordinary size.
   *
   * @throws PythonException of kind TYPE_ERROR or OVERFLOW_ERROR in Python's words
   */
  public static long index(Object value) {
    if (!isInteger(value)) {
      if (value instanceof PythonObject object) {
        object.requireOperand();
      }
      throw PythonException.typeError(
          "'" + Values.typeName(value) + "' object cannot be interpreted as an integer");
    }
    if (normal(value) instanceof Long number) {
      return number;
    }
    throw new PythonException(
        PythonException.Kind.OVERFLOW_ERROR, "Python int too large to convert to C ssize_t");
  }

  /** The decimal digits of an integer. */
  static String text(BigInteger value) {
    if (value.bitLength() > 14_000) {
      int digits = value.abs().toString().length();
      if (digits > MOST_DIGITS) {
        throw PythonException.valueError(
            "Exceeds the limit ("
                + MOST_DIGITS
                + " digits) for integer string conversion;"
                + " use sys.set_int_max_str_digits() to increase the limit");
      }
    }
    return value.toString();
  }

  /** {@code repr(float)}: the shortest digits that read back as the same number. */
  public static String text(double value) {
    if (Double.isNaN(value)) {
      return "nan";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "inf" : "-inf";
    }
    if (value == 0) {
      return 1 / value < 0 ? "-0.0" : "0.0";
    }
    BigDecimal decimal = shortest(value);
    String digits = decimal.unscaledValue().abs().toString();
    int exponent = digits.length() - 1 - decimal.scale();
    String sign = value < 0 ? "-" : "";
    if (exponent < -4 || exponent >= 16) {
      return sign + scientific(digits, exponent);
    }
    String plain = decimal.abs().toPlainString();
    return sign + (plain.indexOf('.') < 0 ? plain + ".0" : plain);
  }

  /** The shortest decimal that reads back; Java gives two digits even where one is enough. */
  private static BigDecimal shortest(double value) {
    BigDecimal decimal = new BigDecimal(Double.toString(value)).stripTrailingZeros();
    if (decimal.precision() == 2) {
      BigDecimal shorter = decimal.round(new MathContext(1, RoundingMode.HALF_UP));
      return shorter.doubleValue() == value ? shorter.stripTrailingZeros() : decimal;
    }
    return decimal;
  }

  private static String scientific(String digits, int exponent) {
    String fraction = digits.length() > 1 ? "." + digits.substring(1) : "";
    String power = String.valueOf(Math.abs(exponent));
    return digits.charAt(0)
        + fraction
        + (exponent < 0 ? "e-" : "e+")
        + (power.length() < 2 ? "0" + power : power);
  }

  /** {@code int(float)}: cut towards zero. */
  static Object truncate(double value) {
    if (Double.isNaN(value)) {
      throw PythonException.valueError("cannot convert float NaN to integer");
    }
    if (Double.isInfinite(value)) {
      throw new PythonException(
          PythonException.Kind.OVERFLOW_ERROR, "cannot convert float infinity to integer");
    }
    return normal(new BigDecimal(value).toBigInteger());
  }

  /** {@code round(number, digits)}: halves to even, on the exact binary value. */
  public static Object round(Object number, long digits) {
    if (number instanceof Double value) {
      if (Double.isNaN(value) || Double.isInfinite(value) || digits > 330) {
        return value;
      }
      if (digits < -330) {
        return 0.0 * value;
      }
      double rounded =
          new BigDecimal(value).setScale((int) digits, RoundingMode.HALF_EVEN).doubleValue();
      return rounded == 0 ? Math.copySign(0.0, value) : rounded;
    }
    if (digits >= 0) {
      return normal(number);
    }
    if (digits < -MOST_DIGITS) {
      return 0L;
    }
    BigDecimal exact = new BigDecimal(big(number));
    return normal(exact.setScale((int) digits, RoundingMode.HALF_EVEN).toBigInteger());
  }

  /** {@code round(number)}: an integer. */
  public static Object round(Object number) {
    if (number instanceof Double value) {
      truncate(value);
      return normal(new BigDecimal(value).setScale(0, RoundingMode.HALF_EVEN).toBigInteger());
    }
    return normal(number);
  }
}
