package dev.mergefarm.eval.template.python;

import java.math.BigDecimal;
import java.math.BigInteger;

/** The attributes of {@code int}, {@code bool} and {@code float}. */
final class NumberMethods {

  private NumberMethods() {}

  static Object attribute(Object number, String name) {
    return switch (name) {
      case "real" -> number instanceof Double ? number : Numbers.normal(number);
      case "imag" -> number instanceof Double ? (Object) 0.0 : (Object) 0L;
      case "conjugate" ->
          BuiltinFunction.method(
              name, number, a -> number instanceof Double ? number : Numbers.normal(number));
      case "as_integer_ratio" -> BuiltinFunction.method(name, number, a -> ratio(number));
      default ->
          number instanceof Double value
              ? floatAttribute(value, name)
              : integerAttribute(number, name);
    };
  }

  private static Object floatAttribute(Double value, String name) {
    return switch (name) {
      case "is_integer" ->
          BuiltinFunction.method(
              name, value, a -> !Double.isInfinite(value) && value == Math.rint(value));
      case "hex" -> BuiltinFunction.method(name, value, a -> hex(value));
      default -> PythonObject.MISSING;
    };
  }

  private static String hex(double value) {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      return Numbers.text(value);
    }
    if (value == 0) {
      return (1 / value < 0 ? "-" : "") + "0x0.0p+0";
    }
    String java = Double.toHexString(value);
    int point = java.indexOf('.');
    int power = java.indexOf('p');
    String digits = java.substring(point + 1, power);
    String sign = java.charAt(power + 1) == '-' ? "" : "+";
    return java.substring(0, point + 1)
        + digits
        + "0".repeat(13 - digits.length())
        + "p"
        + sign
        + java.substring(power + 1);
  }

  private static Object integerAttribute(Object number, String name) {
    return switch (name) {
      case "numerator" -> Numbers.normal(number);
      case "denominator" -> 1L;
      case "bit_length" ->
          BuiltinFunction.method(name, number, a -> (long) Numbers.big(number).abs().bitLength());
      case "bit_count" ->
          BuiltinFunction.method(name, number, a -> (long) Numbers.big(number).abs().bitCount());
      default -> PythonObject.MISSING;
    };
  }

  private static Object ratio(Object number) {
    if (!(number instanceof Double value)) {
      return PythonTuple.of(Numbers.normal(number), 1L);
    }
    Numbers.truncate(value);
    BigDecimal exact = new BigDecimal(value);
    int scale = Math.max(exact.scale(), 0);
    BigInteger numerator = exact.movePointRight(scale).toBigIntegerExact();
    BigInteger denominator = BigInteger.TEN.pow(scale);
    BigInteger common = numerator.gcd(denominator);
    return PythonTuple.of(
        Numbers.normal(numerator.divide(common)), Numbers.normal(denominator.divide(common)));
  }
}
