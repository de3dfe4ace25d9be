package dev.mergefarm.eval.template.python;

/**
 * A format specification, such as {@code >10,.2f}, as {@code str.format} has it.
 *
 * @param fill character that fills up to the width
 * @param align one of {@code <>=^}, or 0 for the kind's default
 * @param sign one of {@code +- }, or 0
 * @param alternate whether {@code #} is given
 * @param width least width, or -1
 * @param grouping {@code ,} or {@code _}, or 0
 * @param precision or -1
 * @param type or 0
 */
record FormatSpecification(
    String fill,
    char align,
    char sign,
    boolean alternate,
    int width,
    char grouping,
    int precision,
    char type) {

  static FormatSpecification parse(String text) {
    return new Reader(text).read();
  }

  private static final class Reader {
    private final String text;
    private int position;

    Reader(String text) {
      this.text = text;
    }

    FormatSpecification read() {
      String fill = " ";
      char align = 0;
      int fillLength = text.isEmpty() ? 0 : Character.charCount(text.codePointAt(0));
      if (text.length() > fillLength && isAlign(text.charAt(fillLength))) {
        fill = text.substring(0, fillLength);
        align = text.charAt(fillLength);
        position = fillLength + 1;
      } else if (!text.isEmpty() && isAlign(text.charAt(0))) {
        align = text.charAt(0);
        position = 1;
      }
      char sign = take("+- ");
      take("z");
      boolean alternate = take("#") != 0;
      if (take("0") != 0) {
        fill = align == 0 ? "0" : fill.equals(" ") ? "0" : fill;
        align = align == 0 ? '=' : align;
      }
      int width = number();
      char grouping = take(",_");
      int precision = -1;
      if (take(".") != 0) {
        precision = number();
        if (precision < 0) {
          throw PythonException.valueError("Format specifier missing precision");
        }
      }
      char type = position < text.length() ? text.charAt(position++) : 0;
      if (position < text.length()) {
        throw PythonException.valueError("Invalid format specifier");
      }
      return new FormatSpecification(
          fill, align, sign, alternate, width, grouping, precision, type);
    }

    private static boolean isAlign(char c) {
      return c == '<' || c == '>' || c == '=' || c == '^';
    }

    private char take(String allowed) {
      if (position < text.length() && allowed.indexOf(text.charAt(position)) >= 0) {
        return text.charAt(position++);
      }
      return 0;
    }

    private int number() {
      if (position >= text.length() || !Character.isDigit(text.charAt(position))) {
        return -1;
      }
      long number = 0;
      while (position < text.length() && Character.isDigit(text.charAt(position))) {
        number = number * 10 + Character.digit(text.charAt(position++), 10);
        if (number > Budget.LONGEST_VALUE) {
          Budget.chargeValue(number);
        }
      }
      return (int) number;
    }
  }
}
