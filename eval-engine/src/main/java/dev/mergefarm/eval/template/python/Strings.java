package dev.mergefarm.eval.template.python;

import java.util.Iterator;
import java.util.NoSuchElementException;

/** Strings as sequences of code points, with Python's idea of white space. */
public final class Strings {

  private Strings() {}

  /** Whether a value is a {@code str} (plain text or markup). */
  public static boolean isText(Object value) {
    return value instanceof String || value instanceof Markup;
  }

  /** The characters of a {@code str} value. */
  public static String text(Object value) {
    return value instanceof Markup markup ? markup.text() : (String) value;
  }

  /** Length in code points. */
  public static int length(String text) {
    return text.codePointCount(0, text.length());
  }

  /** Index in code points of an index in chars. */
  public static int toCodePoints(String text, int charIndex) {
    return text.codePointCount(0, charIndex);
  }

  /** Index in chars of an index in code points, at most the length. */
  public static int toChars(String text, int codePointIndex) {
    return text.offsetByCodePoints(0, codePointIndex);
  }

  /** The characters from one code point to another. */
  public static String substring(String text, int from, int to) {
    int start = toChars(text, from);
    return text.substring(start, text.offsetByCodePoints(start, to - from));
  }

  /** One character as a string of its own. */
  static String element(String text, Object key) {
    int length = length(text);
    int index = Sequences.index(key, length, "string");
    return substring(text, index, index + 1);
  }

  /** Each code point as a string. */
  public static Iterator<Object> characters(String text) {
    return new Iterator<>() {
      private int position;

      @Override
      public boolean hasNext() {
        return position < text.length();
      }

      @Override
      public Object next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        int start = position;
        position = text.offsetByCodePoints(start, 1);
        return text.substring(start, position);
      }
    };
  }

  /** {@code str.isspace} of one character. */
  public static boolean isSpace(int c) {
    return (c >= 9 && c <= 13)
        || (c >= 0x1c && c <= 0x20)
        || c == 0x85
        || c == 0xa0
        || c == 0x1680
        || (c >= 0x2000 && c <= 0x200a)
        || c == 0x2028
        || c == 0x2029
        || c == 0x202f
        || c == 0x205f
        || c == 0x3000;
  }

  /** {@code str.strip()}: without white space at the chosen ends. */
  public static String strip(String text, boolean left, boolean right) {
    int start = 0;
    int end = text.length();
    while (left && start < end && isSpace(text.charAt(start))) {
      start++;
    }
    while (right && end > start && isSpace(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(start, end);
  }

  /** {@code str.strip(characters)}: without any of the given characters at the chosen ends. */
  public static String strip(String text, String characters, boolean left, boolean right) {
    int start = 0;
    int end = text.length();
    while (left && start < end && characters.indexOf(text.codePointAt(start)) >= 0) {
      start += Character.charCount(text.codePointAt(start));
    }
    while (right && end > start && characters.indexOf(text.codePointBefore(end)) >= 0) {
      end -= Character.charCount(text.codePointBefore(end));
    }
    return text.substring(start, end);
  }

  /** A text written several times; none or fewer gives the empty text. */
  public static String repeat(String text, long times) {
    if (times <= 0 || text.isEmpty()) {
      return "";
    }
    if (times > Budget.LONGEST_VALUE) {
      Budget.chargeValue(times);
    }
    Budget.chargeValue(text.length() * times);
    return text.repeat((int) times);
  }

  /** Two texts in a row. */
  public static String concatenate(String first, String second) {
    Budget.chargeValue((long) first.length() + second.length());
    return first.concat(second);
  }

  /**
   * {@code str.replace}.
   *
   * @param count at most this many replacements from the left; negative for all
   */
  public static String replace(String text, String old, String replacement, long count) {
    if (count == 0) {
      return text;
    }
    long left = count < 0 ? Long.MAX_VALUE : count;
    StringBuilder result = new StringBuilder(text.length());
    int position = 0;
    while (left > 0) {
      int found = text.indexOf(old, position);
      if (found < 0 || (old.isEmpty() && position >= text.length())) {
        break;
      }
      result.append(text, position, found).append(replacement);
      position = found + old.length();
      if (old.isEmpty()) {
        int next = text.offsetByCodePoints(position, 1);
        result.append(text, position, next);
        position = next;
      }
      left--;
      Budget.chargeGrowth(result.length(), replacement.length() + old.length() + 1L);
    }
    if (old.isEmpty() && left > 0 && position == text.length()) {
      result.append(replacement);
    }
    return result.append(text, position, text.length()).toString();
  }
}
