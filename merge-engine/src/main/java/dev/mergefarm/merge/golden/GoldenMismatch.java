package dev.mergefarm.merge.golden;

import java.util.Locale;

/** An answer that is not within its tolerance. */
final class GoldenMismatch extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final int LONGEST = 400;

  GoldenMismatch(String format, Object... arguments) {
    super(shortened(String.format(Locale.ROOT, format, arguments)));
  }

  private static String shortened(String text) {
    return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + " ...";
  }
}
