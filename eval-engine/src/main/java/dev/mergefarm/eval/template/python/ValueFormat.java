package dev.mergefarm.eval.template.python;

import java.math.BigInteger;
import java.time.LocalDate;
import java.time.LocalDateTime;

/** {@code format(value, specification)}. */
public final class ValueFormat {

  private ValueFormat() {}

  /**
   * @throws PythonException of kind VALUE_ERROR or TYPE_ERROR in Python's words
   */
  public static String format(Object value, String text) {
    if (value instanceof LocalDateTime time && !text.isEmpty()) {
      return Dates.format(time, text);
    }
    if (value instanceof LocalDate date && !text.isEmpty()) {
      return Dates.format(date.atStartOfDay(), text);
    }
    if (text.isEmpty()) {
      return Printer.str(value);
    }
    if (Strings.isText(value)) {
      return text(Strings.text(value), FormatSpecification.parse(text));
    }
    if (value instanceof Double number) {
      return floating(number, FormatSpecification.parse(text), "float");
    }
    if (Numbers.isInteger(value)) {
      return integer(value, FormatSpecification.parse(text));
    }
    throw PythonException.typeError(
        "unsupported format string passed to " + Values.typeName(value) + ".__format__");
  }

  private static String text(String value, FormatSpecification format) {
    if (format.type() != 0 && format.type() != 's') {
      throw unknownCode(format, "str");
    }
    if (format.sign() != 0) {
      throw PythonException.valueError(
          format.sign() == ' '
              ? "Space not allowed in string format specifier"
              : "Sign not allowed in string format specifier");
    }
    if (format.alternate()) {
      throw PythonException.valueError("Alternate form (#) not allowed in string format specifier");
    }
    if (format.align() == '=' && !format.fill().equals("0")) {
      throw PythonException.valueError("'=' alignment not allowed in string format specifier");
    }
    if (format.grouping() != 0) {
      throw PythonException.valueError("Cannot specify '" + format.grouping() + "' with 's'.");
    }
    boolean longer = format.precision() >= 0 && Strings.length(value) > format.precision();
    String shown = longer ? Strings.substring(value, 0, format.precision()) : value;
    return pad("", shown, format, '<');
  }

  private static PythonException unknownCode(FormatSpecification format, String type) {
    return PythonException.valueError(
        "Unknown format code '" + format.type() + "' for object of type '" + type + "'");
  }

  private static String integer(Object value, FormatSpecification format) {
    char type = format.type() == 0 || format.type() == 'n' ? 'd' : format.type();
    return switch (type) {
      case 'd', 'b', 'o', 'x', 'X' -> {
        if (format.precision() >= 0) {
          throw PythonException.valueError("Precision not allowed in integer format specifier");
        }
        if (format.grouping() == ',' && type != 'd') {
          throw PythonException.valueError("Cannot specify ',' with '" + type + "'.");
        }
        yield digits(Numbers.big(value), type, format);
      }
      case 'c' -> pad("", character(value, format), format, '<');
      case 'e', 'E', 'f', 'F', 'g', 'G', '%' -> floating(Numbers.toDouble(value), format, "int");
      default -> throw unknownCode(format, Values.typeName(value));
    };
  }

  private static String character(Object value, FormatSpecification format) {
    if (format.sign() != 0) {
      throw PythonException.valueError("Sign not allowed with integer format specifier 'c'");
    }
    long point = Numbers.index(value);
    if (point < 0 || point > Character.MAX_CODE_POINT) {
      throw new PythonException(
          PythonException.Kind.OVERFLOW_ERROR, "%c arg not in range(0x110000)");
    }
    return Character.toString((int) point);
  }

  private static String digits(BigInteger value, char type, FormatSpecification format) {
    String prefix = format.alternate() && type != 'd' ? "0" + type : "";
    String sign = sign(value.signum() < 0, format) + prefix;
    int group = type == 'd' ? 3 : 4;
    return pad(
        sign, grouped(FloatFormat.digits(value, type), "", sign, group, format), format, '>');
  }

  private static String floating(double value, FormatSpecification format, String owner) {
    boolean negative = value < 0 || (value == 0 && 1 / value < 0);
    String sign = sign(negative, format);
    String digits =
        switch (format.type()) {
          case 0 ->
              format.precision() < 0
                  ? Numbers.text(Math.abs(value))
                  : FloatFormat.withPoint(value, format.precision());
          case 'e', 'E', 'f', 'F', 'g', 'G' -> magnitude(value, format.type(), format);
          case 'n' -> magnitude(value, 'g', format);
          case '%' -> magnitude(value * 100, 'f', format) + "%";
          default -> throw unknownCode(format, owner);
        };
    int end = 0;
    while (end < digits.length() && Character.isDigit(digits.charAt(end))) {
      end++;
    }
    String body = grouped(digits.substring(0, end), digits.substring(end), sign, 3, format);
    return pad(sign, body, format, '>');
  }

  private static String magnitude(double value, char type, FormatSpecification format) {
    int precision = format.precision() < 0 ? 6 : format.precision();
    return FloatFormat.magnitude(value, type, precision, format.alternate());
  }

  private static String sign(boolean negative, FormatSpecification format) {
    if (negative) {
      return "-";
    }
    return format.sign() == '+' || format.sign() == ' ' ? String.valueOf(format.sign()) : "";
  }

  /** Digits with separators; zeros that fill up to the width are grouped too. */
  private static String grouped(
      String digits, String rest, String sign, int group, FormatSpecification format) {
    if (format.grouping() == 0 || digits.isEmpty()) {
      return digits + rest;
    }
    boolean zeros = format.align() == '=' && format.fill().equals("0");
    StringBuilder result = new StringBuilder(rest).reverse();
    int written = 0;
    int position = digits.length();
    int width = zeros ? format.width() - sign.length() : 0;
    while (position > 0 || result.length() < width) {
      if (written > 0 && written % group == 0) {
        result.append(format.grouping());
      }
      result.append(position > 0 ? digits.charAt(--position) : '0');
      written++;
    }
    return result.reverse().toString();
  }

  private static String pad(
      String sign, String body, FormatSpecification format, char defaultAlign) {
    long missing = (long) format.width() - Strings.length(body) - sign.length();
    if (missing <= 0) {
      return sign + body;
    }
    char align = format.align() == 0 ? defaultAlign : format.align();
    if (align == '=' && defaultAlign == '<') {
      align = '<';
    }
    long left = align == '^' ? missing / 2 : align == '<' ? 0 : missing;
    String before = Strings.repeat(format.fill(), left);
    String after = Strings.repeat(format.fill(), missing - left);
    return align == '=' ? sign + before + body : before + sign + body + after;
  }
}
