package dev.mergefarm.eval.template.python;

import java.math.BigInteger;
import java.util.Locale;
import java.util.regex.Pattern;

/** {@code int(...)} and {@code float(...)}. */
public final class NumberReader {

  private static final Pattern FLOAT =
      Pattern.compile(
          "[+-]?(\\d+(_\\d+)*\\.?(\\d+(_\\d+)*)?|\\.\\d+(_\\d+)*)([eE][+-]?\\d+(_\\d+)*)?");

  private NumberReader() {}

  /** {@code int(value)} of anything. */
  public static Object toInteger(Object value) {
    if (value instanceof Double number) {
      return Numbers.truncate(number);
    }
    if (Strings.isText(value)) {
      return toInteger(Strings.text(value), 10);
    }
    if (Numbers.isInteger(value)) {
      return Numbers.normal(value);
    }
    if (value instanceof PythonObject object) {
      object.requireOperand();
    }
    throw PythonException.typeError(
        "int() argument must be a string, a bytes-like object or a real number, not '"
            + Values.typeName(value)
            + "'");
  }

  /**
   * {@code int(text, base)}.
   *
   * @throws PythonException of kind VALUE_ERROR where the text is no integer
   */
  public static Object toInteger(String text, long base) {
    if (base != 0 && (base < 2 || base > 36)) {
      throw PythonException.valueError("int() base must be >= 2 and <= 36, or 0");
    }
    String digits = asciiDigits(Strings.strip(text, true, true)).toLowerCase(Locale.ROOT);
    boolean negative = digits.startsWith("-");
    if (negative || digits.startsWith("+")) {
      digits = digits.substring(1);
    }
    int prefixBase = prefixBase(digits);
    int radix = (int) base;
    if (prefixBase != 0 && (base == 0 || base == prefixBase)) {
      radix = prefixBase;
      digits = digits.substring(2);
      digits = digits.startsWith("_") ? digits.substring(1) : digits;
    } else if (base == 0) {
      radix = digits.matches("0[0_]*") || !digits.startsWith("0") ? 10 : -1;
    }
    if (radix < 0 || !isDigits(digits, radix)) {
      throw PythonException.valueError(
          "invalid literal for int() with base " + base + ": " + Printer.repr(text));
    }
    String plain = digits.replace("_", "");
    if (plain.length() > Numbers.MOST_DIGITS && Integer.bitCount(radix) != 1) {
      throw PythonException.valueError(
          "Exceeds the limit ("
              + Numbers.MOST_DIGITS
              + " digits) for integer string conversion:"
              + " value has "
              + plain.length()
              + " digits; use sys.set_int_max_str_digits() to"
              + " increase the limit");
    }
    BigInteger value = new BigInteger(plain, radix);
    return Numbers.normal(negative ? value.negate() : value);
  }

  private static int prefixBase(String digits) {
    if (digits.length() < 2 || digits.charAt(0) != '0') {
      return 0;
    }
    return switch (digits.charAt(1)) {
      case 'b' -> 2;
      case 'o' -> 8;
      case 'x' -> 16;
      default -> 0;
    };
  }

  private static boolean isDigits(String text, int radix) {
    boolean afterDigit = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '_' ? !afterDigit : c >= 128 || Character.digit(c, radix) < 0) {
        return false;
      }
      afterDigit = c != '_';
    }
    return afterDigit;
  }

  private static String asciiDigits(String text) {
    StringBuilder result = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            c ->
                result.appendCodePoint(
                    c > 127 && Characters.isDecimal(c) ? '0' + Character.digit(c, 10) : c));
    return result.toString();
  }

  /** {@code float(value)}. */
  public static double toFloat(Object value) {
    if (Numbers.isNumber(value)) {
      return Numbers.toDouble(value);
    }
    if (Strings.isText(value)) {
      return toFloat(Strings.text(value));
    }
    if (value instanceof PythonObject object) {
      object.requireOperand();
    }
    throw PythonException.typeError(
        "float() argument must be a string or a real number, not '" + Values.typeName(value) + "'");
  }

  private static double toFloat(String text) {
    String plain = asciiDigits(Strings.strip(text, true, true));
    if (FLOAT.matcher(plain).matches()) {
      return Double.parseDouble(plain.replace("_", ""));
    }
    return switch (plain.toLowerCase(Locale.ROOT)) {
      case "inf", "+inf", "infinity", "+infinity" -> Double.POSITIVE_INFINITY;
      case "-inf", "-infinity" -> Double.NEGATIVE_INFINITY;
      case "nan", "+nan", "-nan" -> Double.NaN;
      default ->
          throw PythonException.valueError(
              "could not convert string to float: " + Printer.repr(text));
    };
  }
}
