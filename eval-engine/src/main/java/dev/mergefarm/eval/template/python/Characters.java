package dev.mergefarm.eval.template.python;

/** Python's classes of characters, by code point. */
public final class Characters {

  private Characters() {}

  /** {@code str.isprintable}: what {@code repr} shows as it is. */
  public static boolean isPrintable(int c) {
    if (c == ' ') {
      return true;
    }
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SPACE_SEPARATOR ->
          false;
      default -> true;
    };
  }

  /** {@code \xNN}, {@code \}{@code uNNNN} or {@code \UNNNNNNNN}. */
  static String escape(int c) {
    if (c < 0x100) {
      return String.format("\\x%02x", c);
    }
    return c < 0x10000 ? String.format("\\u%04x", c) : String.format("\\U%08x", c);
  }

  static boolean isDecimal(int c) {
    return Character.getType(c) == Character.DECIMAL_DIGIT_NUMBER;
  }

  /** {@code str.isdigit}: decimal digits and digits in a style, such as superscripts. */
  static boolean isDigit(int c) {
    return isDecimal(c)
        || c == 0xb2
        || c == 0xb3
        || c == 0xb9
        || (c >= 0x1369 && c <= 0x1371)
        || c == 0x19da
        || c == 0x2070
        || (c >= 0x2074 && c <= 0x2079)
        || (c >= 0x2080 && c <= 0x2089)
        || (c >= 0x2460 && c <= 0x2468)
        || (c >= 0x2474 && c <= 0x247c)
        || (c >= 0x2488 && c <= 0x2490)
        || c == 0x24ea
        || (c >= 0x24f5 && c <= 0x24fd)
        || c == 0x24ff
        || (c >= 0x2776 && c <= 0x277e)
        || (c >= 0x2780 && c <= 0x2788)
        || (c >= 0x278a && c <= 0x2792)
        || (c >= 0x10a40 && c <= 0x10a43)
        || (c >= 0x10e60 && c <= 0x10e68)
        || (c >= 0x11052 && c <= 0x1105a)
        || (c >= 0x1f100 && c <= 0x1f10a);
  }

  /** {@code str.isnumeric}: anything with a numeric value. */
  static boolean isNumeric(int c) {
    int type = Character.getType(c);
    return isDigit(c)
        || type == Character.LETTER_NUMBER
        || type == Character.OTHER_NUMBER
        || "一二三四五六七八九十百千万亿兆〇零壹贰叁肆伍陆柒捌玖拾佰仟壱弐参億萬".indexOf(c) >= 0;
  }

  static boolean isAlpha(int c) {
    return Character.isLetter(c);
  }

  static boolean isAlphanumeric(int c) {
    return isAlpha(c) || isNumeric(c);
  }

  static boolean isLower(int c) {
    return Character.isLowerCase(c);
  }

  static boolean isUpper(int c) {
    return Character.isUpperCase(c);
  }

  static boolean isTitle(int c) {
    return Character.isTitleCase(c);
  }

  static boolean isCased(int c) {
    return isLower(c) || isUpper(c) || isTitle(c);
  }

  /** Whether a character can start an identifier. */
  public static boolean isIdentifierStart(int c) {
    return c == '_' || Character.isUnicodeIdentifierStart(c);
  }

  /** Whether a character can continue an identifier. */
  public static boolean isIdentifierPart(int c) {
    return Character.isUnicodeIdentifierPart(c) && !Character.isIdentifierIgnorable(c);
  }

  /** {@code str.isidentifier}. */
  public static boolean isIdentifier(String text) {
    return !text.isEmpty()
        && isIdentifierStart(text.codePointAt(0))
        && text.codePoints().skip(1).allMatch(Characters::isIdentifierPart);
  }
}
