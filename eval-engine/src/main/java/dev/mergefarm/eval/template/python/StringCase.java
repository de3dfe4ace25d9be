package dev.mergefarm.eval.template.python;

import java.util.Locale;
import java.util.function.IntPredicate;

/** Changes of case, with the full mappings of Unicode and no locale. */
public final class StringCase {

  private StringCase() {}

  public static String upper(String text) {
    return text.toUpperCase(Locale.ROOT);
  }

  public static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }

  static String casefold(String text) {
    StringBuilder result = new StringBuilder();
    text.codePoints()
        .mapToObj(Character::toString)
        .forEach(c -> result.append(lower(isFolded(c) ? c : upper(c))));
    return result.toString();
  }

  /** Letters whose upper case is several, such as sharp s, fold through it; others do not. */
  private static boolean isFolded(String c) {
    return Strings.length(upper(c)) == 1 && !c.equals("ς");
  }

  /** The title-case form of one character; of several letters the first is upper case. */
  static String titleCase(int c) {
    String whole = Character.toString(c);
    int simple = Character.toTitleCase(c);
    String upper = upper(whole);
    if (simple != c || Strings.length(upper) == 1) {
      return Character.toString(simple);
    }
    int first = 0;
    while (!Characters.isCased(upper.codePointAt(first))) {
      first += Character.charCount(upper.codePointAt(first));
    }
    int rest = first + Character.charCount(upper.codePointAt(first));
    return upper.substring(0, rest) + lower(upper.substring(rest));
  }

  /** {@code str.capitalize}. */
  public static String capitalize(String text) {
    if (text.isEmpty()) {
      return text;
    }
    int first = text.codePointAt(0);
    return titleCase(first) + lower(text).substring(lower(Character.toString(first)).length());
  }

  static String title(String text) {
    StringBuilder result = new StringBuilder(text.length());
    String lower = lower(text);
    boolean sameLength = Strings.length(lower) == Strings.length(text);
    int[] lowerPoints = lower.codePoints().toArray();
    int[] points = text.codePoints().toArray();
    boolean inWord = false;
    for (int i = 0; i < points.length; i++) {
      if (!inWord) {
        result.append(titleCase(points[i]));
      } else if (sameLength) {
        result.appendCodePoint(lowerPoints[i]);
      } else {
        result.append(lower(Character.toString(points[i])));
      }
      inWord = Characters.isCased(points[i]);
    }
    return result.toString();
  }

  static String swapcase(String text) {
    StringBuilder result = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            c -> {
              String whole = Character.toString(c);
              if (Characters.isUpper(c)) {
                result.append(lower(whole));
              } else if (Characters.isLower(c)) {
                result.append(upper(whole));
              } else {
                result.append(whole);
              }
            });
    return result.toString();
  }

  static boolean isOneCase(String text, IntPredicate wanted) {
    return text.codePoints().anyMatch(Characters::isCased)
        && text.codePoints().filter(Characters::isCased).allMatch(wanted);
  }

  static boolean isTitle(String text) {
    boolean inWord = false;
    boolean found = false;
    for (int c : text.codePoints().toArray()) {
      if (Characters.isUpper(c) || Characters.isTitle(c)) {
        if (inWord) {
          return false;
        }
        inWord = true;
        found = true;
      } else if (Characters.isLower(c)) {
        if (!inWord) {
          return false;
        }
        found = true;
      } else {
        inWord = false;
      }
    }
    return found;
  }
}
