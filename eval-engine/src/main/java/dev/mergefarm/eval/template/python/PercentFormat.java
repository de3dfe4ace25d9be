package dev.mergefarm.eval.template.python;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;

/** {@code text % arguments}: printf-style formatting. */
final class PercentFormat {

  private static final String CONVERSIONS = "diuoxXeEfFgGcrsa%";

  private final String format;
  private final Object arguments;
  private final Iterator<Object> positional;
  private final StringBuilder result = new StringBuilder();
  private int position;
  private boolean keyed;

  private PercentFormat(String format, Object arguments) {
    this.format = format;
    this.arguments = arguments;
    List<Object> elements =
        arguments instanceof PythonTuple tuple
            ? tuple.elements()
            : Collections.singletonList(arguments);
    this.positional = elements.iterator();
  }

  static String format(String format, Object arguments) {
    PercentFormat formatter = new PercentFormat(format, arguments);
    formatter.run();
    return formatter.result.toString();
  }

  /** One directive's flags, as read. */
  private static final class Directive {
    Object mapped = PythonObject.MISSING;
    boolean left;
    boolean plus;
    boolean blank;
    boolean alternate;
    boolean zero;
    int width;
    int precision = -1;
    char conversion;
  }

  private void run() {
    while (position < format.length()) {
      int percent = format.indexOf('%', position);
      if (percent < 0) {
        result.append(format, position, format.length());
        break;
      }
      result.append(format, position, percent);
      position = percent + 1;
      directive();
      Budget.chargeGrowth(result.length(), 1);
    }
    boolean unused = positional.hasNext() && !keyed && !(arguments instanceof PythonDict);
    if (unused && !(isMapping(arguments))) {
      throw PythonException.typeError("not all arguments converted during string formatting");
    }
  }

  /** Whether the value can be subscripted, which is what Python asks before it complains. */
  private static boolean isMapping(Object value) {
    return value instanceof List<?>
        || value instanceof PythonDict
        || value instanceof PythonRange
        || (value instanceof PythonObject object && object.decidesEquality());
  }

  private void directive() {
    Directive directive = new Directive();
    readKey(directive);
    readFlags(directive);
    directive.width = readNumber(directive, true);
    if (peek() == '.') {
      position++;
      directive.precision = Math.max(readNumber(directive, false), 0);
    }
    while (peek() == 'h' || peek() == 'l' || peek() == 'L') {
      position++;
    }
    int conversionAt = position;
    directive.conversion = next();
    if (CONVERSIONS.indexOf(directive.conversion) < 0) {
      throw PythonException.valueError(
          "unsupported format character '"
              + directive.conversion
              + "' (0x"
              + Integer.toHexString(directive.conversion)
              + ") at index "
              + Strings.toCodePoints(format, conversionAt));
    }
    write(directive);
  }

  private char peek() {
    if (position >= format.length()) {
      throw PythonException.valueError("incomplete format");
    }
    return format.charAt(position);
  }

  private char next() {
    char c = peek();
    position++;
    return c;
  }

  private void readKey(Directive directive) {
    if (peek() != '(') {
      return;
    }
    if (arguments instanceof PythonObject object && object.decidesEquality()) {
      object.requireOperand();
    }
    if (!(arguments instanceof PythonDict dict)) {
      throw PythonException.typeError("format requires a mapping");
    }
    int start = ++position;
    int depth = 1;
    while (depth > 0) {
      if (position >= format.length()) {
        throw PythonException.valueError("incomplete format key");
      }
      char c = format.charAt(position++);
      depth += c == '(' ? 1 : c == ')' ? -1 : 0;
    }
    keyed = true;
    directive.mapped = dict.item(format.substring(start, position - 1));
  }

  private void readFlags(Directive directive) {
    while (true) {
      switch (peek()) {
        case '-' -> directive.left = true;
        case '+' -> directive.plus = true;
        case ' ' -> directive.blank = true;
        case '#' -> directive.alternate = true;
        case '0' -> directive.zero = true;
        default -> {
          return;
        }
      }
      position++;
    }
  }

  private int readNumber(Directive directive, boolean width) {
    if (peek() == '*') {
      position++;
      Object value = argument();
      if (!Numbers.isInteger(value)) {
        throw PythonException.typeError("* wants int");
      }
      long number = Numbers.index(value);
      if (width && number < 0) {
        directive.left = true;
        number = -number;
      }
      return checked(number);
    }
    long number = 0;
    while (peek() >= '0' && peek() <= '9') {
      number = number * 10 + (next() - '0');
      checked(number);
    }
    return (int) number;
  }

  private static int checked(long number) {
    if (number > Budget.LONGEST_VALUE) {
      Budget.chargeValue(number);
    }
    return (int) number;
  }

  private Object argument() {
    if (!positional.hasNext()) {
      throw PythonException.typeError("not enough arguments for format string");
    }
    return positional.next();
  }

  private void write(Directive directive) {
    if (directive.conversion == '%') {
      result.append('%');
      return;
    }
    Object value = directive.mapped == PythonObject.MISSING ? argument() : directive.mapped;
    switch (directive.conversion) {
      case 's' -> pad(directive, "", cut(directive, Printer.str(value)), false);
      case 'r' -> pad(directive, "", cut(directive, Printer.repr(value)), false);
      case 'a' -> pad(directive, "", cut(directive, ascii(Printer.repr(value))), false);
      case 'c' -> pad(directive, "", character(value), false);
      case 'd', 'i', 'u' -> integer(directive, decimal(directive, value));
      case 'o', 'x', 'X' -> integer(directive, inBase(directive, value));
      default -> floating(directive, value);
    }
  }

  private static String cut(Directive directive, String text) {
    boolean longer = directive.precision >= 0 && Strings.length(text) > directive.precision;
    return longer ? Strings.substring(text, 0, directive.precision) : text;
  }

  private static String ascii(String text) {
    StringBuilder escaped = new StringBuilder();
    text.codePoints()
        .forEach(c -> escaped.append(c < 128 ? Character.toString(c) : Characters.escape(c)));
    return escaped.toString();
  }

  private static String character(Object value) {
    if (Strings.isText(value) && Strings.length(Strings.text(value)) == 1) {
      return Strings.text(value);
    }
    if (!Numbers.isInteger(value)) {
      throw PythonException.typeError("%c requires int or char");
    }
    long point = Numbers.normal(value) instanceof Long number ? number : -1;
    if (point < 0 || point > Character.MAX_CODE_POINT) {
      throw new PythonException(
          PythonException.Kind.OVERFLOW_ERROR, "%c arg not in range(0x110000)");
    }
    return Character.toString((int) point);
  }

  private static BigInteger decimal(Directive directive, Object value) {
    if (value instanceof Double number) {
      Numbers.truncate(number);
      return new BigDecimal(number).toBigInteger();
    }
    if (!Numbers.isInteger(value)) {
      throw PythonException.typeError(
          "%"
              + directive.conversion
              + " format: a real number is required, not "
              + Values.typeName(value));
    }
    return Numbers.big(value);
  }

  private static BigInteger inBase(Directive directive, Object value) {
    if (!Numbers.isInteger(value)) {
      throw PythonException.typeError(
          "%"
              + directive.conversion
              + " format: an integer is required, not "
              + Values.typeName(value));
    }
    return Numbers.big(value);
  }

  private void integer(Directive directive, BigInteger value) {
    String digits = FloatFormat.digits(value, directive.conversion);
    if (directive.precision > digits.length()) {
      digits = Strings.repeat("0", directive.precision - digits.length()) + digits;
    }
    boolean prefixed = directive.alternate && "oxX".indexOf(directive.conversion) >= 0;
    String prefix = prefixed ? "0" + directive.conversion : "";
    pad(directive, sign(directive, value.signum() < 0) + prefix, digits, true);
  }

  private void floating(Directive directive, Object value) {
    if (!Numbers.isNumber(value)) {
      throw PythonException.typeError("must be real number, not " + Values.typeName(value));
    }
    double number = Numbers.toDouble(value);
    int precision = directive.precision < 0 ? 6 : directive.precision;
    String digits =
        FloatFormat.magnitude(number, directive.conversion, precision, directive.alternate);
    boolean negative = number < 0 || (number == 0 && 1 / number < 0);
    pad(directive, sign(directive, negative), digits, true);
  }

  private static String sign(Directive directive, boolean negative) {
    if (negative) {
      return "-";
    }
    return directive.plus ? "+" : directive.blank ? " " : "";
  }

  private void pad(Directive directive, String sign, String body, boolean number) {
    int missing = directive.width - Strings.length(body) - sign.length();
    String fill = Strings.repeat(directive.zero && number && !directive.left ? "0" : " ", missing);
    if (directive.left) {
      result.append(sign).append(body).append(fill);
    } else if (directive.zero && number) {
      result.append(sign).append(fill).append(body);
    } else {
      result.append(fill).append(sign).append(body);
    }
  }
}
