package dev.mergefarm.eval.template.python;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;

/** A float in fixed, exponent and general notation, correctly rounded from its exact value. */
final class FloatFormat {

  /** CPython's own limit lies higher; more digits than this say nothing about a double. */
  static final int LARGEST_PRECISION = 10_000;

  private FloatFormat() {}

  /**
   * The magnitude of a number, without sign.
   *
   * @param type one of {@code eEfFgG}
   * @param alternate keeps the point, and zeros at the end in general notation
   */
  static String magnitude(double value, char type, int precision, boolean alternate) {
    if (precision > LARGEST_PRECISION) {
      throw PythonException.valueError("precision too big");
    }
    boolean upper = Character.isUpperCase(type);
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      String word = Double.isNaN(value) ? "nan" : "inf";
      return upper ? word.toUpperCase(Locale.ROOT) : word;
    }
    BigDecimal exact = new BigDecimal(value).abs();
    String text =
        switch (Character.toLowerCase(type)) {
          case 'f' -> fixed(exact, precision, alternate);
          case 'e' -> exponent(exact, precision, alternate);
          case 'g' -> general(exact, precision, alternate, 0);
          default -> throw new IllegalArgumentException("not a float format: " + type);
        };
    return upper ? text.toUpperCase(Locale.ROOT) : text;
  }

  private static String fixed(BigDecimal value, int precision, boolean alternate) {
    String text = value.setScale(precision, RoundingMode.HALF_EVEN).toPlainString();
    return alternate && precision == 0 ? text + "." : text;
  }

  private static String exponent(BigDecimal value, int precision, boolean alternate) {
    BigDecimal rounded = value.round(new MathContext(precision + 1, RoundingMode.HALF_EVEN));
    String digits = rounded.unscaledValue().toString();
    int power = rounded.signum() == 0 ? 0 : digits.length() - 1 - rounded.scale();
    if (rounded.signum() == 0) {
      digits = "0";
    }
    String padded =
        digits.length() > precision
            ? digits.substring(0, precision + 1)
            : digits + "0".repeat(precision + 1 - digits.length());
    String point = precision > 0 || alternate ? "." : "";
    return padded.charAt(0) + point + padded.substring(1) + power(power);
  }

  private static String power(int power) {
    String text = String.valueOf(Math.abs(power));
    return (power < 0 ? "e-" : "e+") + (text.length() < 2 ? "0" + text : text);
  }

  /**
   * General notation.
   *
   * @param pointReserve 1 where a digit behind the point is always shown, which turns to exponent
   *     notation one digit earlier
   */
  private static String general(
      BigDecimal value, int precision, boolean alternate, int pointReserve) {
    int significant = Math.max(precision, 1);
    BigDecimal rounded = value.round(new MathContext(significant, RoundingMode.HALF_EVEN));
    int power = rounded.signum() == 0 ? 0 : rounded.precision() - 1 - rounded.scale();
    boolean scientific = power < -4 || power >= significant - pointReserve;
    String text =
        scientific
            ? exponent(rounded, significant - 1, alternate)
            : fixed(rounded, significant - 1 - power, alternate);
    return alternate ? text : withoutTrailingZeros(text);
  }

  private static String withoutTrailingZeros(String text) {
    int power = text.indexOf('e');
    String digits = power < 0 ? text : text.substring(0, power);
    if (digits.indexOf('.') >= 0) {
      digits = digits.replaceAll("\\.?0+$", "");
    }
    return power < 0 ? digits : digits + text.substring(power);
  }

  /** The form of a format specification with precision and no type: always shows a point. */
  static String withPoint(double value, int precision) {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      return magnitude(value, 'g', precision, false);
    }
    String text = general(new BigDecimal(value).abs(), precision, false, 1);
    return text.indexOf('.') < 0 && text.indexOf('e') < 0 ? text + ".0" : text;
  }

  /** Digits of an integer's magnitude in a base, with upper-case letters where asked. */
  static String digits(BigInteger value, char type) {
    String text =
        switch (type) {
          case 'b' -> value.abs().toString(2);
          case 'o' -> value.abs().toString(8);
          case 'x', 'X' -> value.abs().toString(16);
          default -> Numbers.text(value.abs());
        };
    return type == 'X' ? text.toUpperCase(Locale.ROOT) : text;
  }
}
