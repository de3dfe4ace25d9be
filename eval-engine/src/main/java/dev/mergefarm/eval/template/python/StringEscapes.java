package dev.mergefarm.eval.template.python;

/** Backslash escapes in string literals. */
public final class StringEscapes {

  private StringEscapes() {}

  /**
   * The text of a literal in a template. A backslash before a character beyond ASCII escapes the
   * first character of that one's own escape, a quirk that Jinja2 has.
   *
   * @throws PythonException of kind TEMPLATE_SYNTAX_ERROR for a broken escape
   */
  public static String decodeLiteral(String body) {
    if (body.indexOf('\\') < 0) {
      return body;
    }
    StringBuilder ascii = new StringBuilder(body.length());
    body.codePoints()
        .forEach(c -> ascii.append(c < 128 ? Character.toString(c) : Characters.escape(c)));
    try {
      return decode(ascii.toString());
    } catch (IllegalArgumentException e) {
      throw new PythonException(PythonException.Kind.TEMPLATE_SYNTAX_ERROR, e.getMessage());
    }
  }

  /**
   * @throws IllegalArgumentException for a broken escape, in Python's words
   */
  static String decode(String body) {
    StringBuilder result = new StringBuilder(body.length());
    int position = 0;
    while (position < body.length()) {
      char c = body.charAt(position++);
      if (c != '\\') {
        result.append(c);
      } else if (position == body.length()) {
        throw new IllegalArgumentException("\\ at end of string");
      } else {
        position = escape(body, position, result);
      }
    }
    return result.toString();
  }

  private static int escape(String body, int position, StringBuilder result) {
    char c = body.charAt(position);
    switch (c) {
      case '\n' -> {}
      case '\\', '\'', '"' -> result.append(c);
      case 'a' -> result.append('\u0007');
      case 'b' -> result.append('\b');
      case 'f' -> result.append('\f');
      case 'n' -> result.append('\n');
      case 'r' -> result.append('\r');
      case 't' -> result.append('\t');
      case 'v' -> result.append('\u000b');
      case 'x' -> {
        return hexadecimal(body, position + 1, 2, "truncated \\xXX escape", result);
      }
      case 'u' -> {
        return hexadecimal(body, position + 1, 4, "truncated \\uXXXX escape", result);
      }
      case 'U' -> {
        return hexadecimal(body, position + 1, 8, "truncated \\UXXXXXXXX escape", result);
      }
      case 'N' -> {
        return named(body, position + 1, result);
      }
      case '0', '1', '2', '3', '4', '5', '6', '7' -> {
        return octal(body, position, result);
      }
      default -> result.append('\\').append(c);
    }
    return position + 1;
  }

  private static int hexadecimal(
      String body, int start, int digits, String message, StringBuilder result) {
    int value = 0;
    for (int i = start; i < start + digits; i++) {
      int digit = i < body.length() ? Character.digit(body.charAt(i), 16) : -1;
      if (digit < 0) {
        throw new IllegalArgumentException(message);
      }
      value = value << 4 | digit;
    }
    if (!Character.isValidCodePoint(value)) {
      throw new IllegalArgumentException("illegal Unicode character");
    }
    result.appendCodePoint(value);
    return start + digits;
  }

  private static int octal(String body, int start, StringBuilder result) {
    int position = start;
    int value = 0;
    while (position < body.length()
        && position < start + 3
        && body.charAt(position) >= '0'
        && body.charAt(position) <= '7') {
      value = value * 8 + (body.charAt(position++) - '0');
    }
    result.appendCodePoint(value);
    return position;
  }

  private static int named(String body, int start, StringBuilder result) {
    int end = body.indexOf('}', start);
    if (start >= body.length() || body.charAt(start) != '{' || end < 0) {
      throw new IllegalArgumentException("malformed \\N character escape");
    }
    try {
      result.appendCodePoint(Character.codePointOf(body.substring(start + 1, end)));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("unknown Unicode character name", e);
    }
    return end + 1;
  }
}
