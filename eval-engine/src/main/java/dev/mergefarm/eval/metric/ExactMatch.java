package dev.mergefarm.eval.metric;

import dev.mergefarm.eval.filter.PythonPattern;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Whether a prediction equals its reference after both were cleaned alike.
 *
 * @param ignored patterns removed, one after the other
 * @param ignoreCase whether case counts
 * @param ignorePunctuation whether ASCII punctuation counts
 * @param ignoreNumbers whether ASCII digits count
 */
public record ExactMatch(
    List<PythonPattern> ignored,
    boolean ignoreCase,
    boolean ignorePunctuation,
    boolean ignoreNumbers) {

  private static final Pattern PUNCTUATION = Pattern.compile("[!-/:-@\\[-`{-~]");
  private static final Pattern DIGITS = Pattern.compile("[0-9]");
  private static final Pattern TRAILING_NULS = Pattern.compile("\\x00+\\z");

  public ExactMatch {
    ignored = List.copyOf(ignored);
  }

  /**
   * @param patterns in Python's syntax
   * @throws IllegalArgumentException for a pattern that does not compile
   */
  public static ExactMatch of(
      List<String> patterns, boolean ignoreCase, boolean ignorePunctuation, boolean ignoreNumbers) {
    return new ExactMatch(
        patterns.stream().map(PythonPattern::compile).toList(),
        ignoreCase,
        ignorePunctuation,
        ignoreNumbers);
  }

  /** 1 if the texts are equal once cleaned, else 0. */
  public double score(String reference, String prediction) {
    return clean(reference).equals(clean(prediction)) ? 1 : 0;
  }

  private String clean(String text) {
    String result = text;
    for (PythonPattern pattern : ignored) {
      result = pattern.replaceAll(result, "");
    }
    if (ignoreCase) {
      result = result.toLowerCase(Locale.ROOT);
    }
    if (ignorePunctuation) {
      result = PUNCTUATION.matcher(result).replaceAll("");
    }
    if (ignoreNumbers) {
      result = DIGITS.matcher(result).replaceAll("");
    }
    return TRAILING_NULS.matcher(result).replaceAll("");
  }
}
