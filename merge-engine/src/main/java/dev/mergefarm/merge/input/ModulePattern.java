package dev.mergefarm.merge.input;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * How an adapter's configuration names modules: by the end of their names, in whole parts,
 * literally or as a regular expression. An expression that takes too many steps matches nothing, so
 * that a hostile one cannot hold up a service.
 */
final class ModulePattern {

  private static final int LONGEST = 256;
  private static final int MOST_STEPS = 100_000;

  private ModulePattern() {}

  static boolean matches(String pattern, String module) {
    if (module.equals(pattern) || module.endsWith("." + pattern)) {
      return true;
    }
    if (pattern.length() > LONGEST) {
      return false;
    }
    try {
      return Pattern.compile("(.*\\.)?(" + pattern + ")").matcher(new Metered(module)).matches();
    } catch (PatternSyntaxException | TooManyStepsException noMatch) {
      return false;
    }
  }

  /** A text that can only be looked at so often. */
  private static final class Metered implements CharSequence {
    private final String text;
    private int steps;

    Metered(String text) {
      this.text = text;
    }

    @Override
    public int length() {
      return text.length();
    }

    @Override
    public char charAt(int index) {
      steps++;
      if (steps > MOST_STEPS) {
        throw new TooManyStepsException();
      }
      return text.charAt(index);
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return text.subSequence(start, end);
    }

    @Override
    public String toString() {
      return text;
    }
  }

  /** The expression was given up on. */
  private static final class TooManyStepsException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }
}
