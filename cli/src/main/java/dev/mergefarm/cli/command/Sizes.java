package dev.mergefarm.cli.command;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Numbers of bytes as people write them: 5B, 200M, 123456. */
final class Sizes {

  private static final Pattern SIZE = Pattern.compile("(\\d{1,15})\\s*([kKmMbBgGtT]?)B?");

  private Sizes() {}

  /**
   * @param option for the message
   * @throws IllegalArgumentException for anything else
   */
  static long parse(String option, String text) {
    Matcher matcher = SIZE.matcher(text.strip());
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          option + " is a number with K, M, B or T, found '" + text + "'");
    }
    long unit =
        switch (matcher.group(2).toUpperCase(Locale.ROOT)) {
          case "K" -> 1_000L;
          case "M" -> 1_000_000L;
          case "B", "G" -> 1_000_000_000L;
          case "T" -> 1_000_000_000_000L;
          default -> 1L;
        };
    try {
      return Math.multiplyExact(Long.parseLong(matcher.group(1)), unit);
    } catch (ArithmeticException tooLarge) {
      throw new IllegalArgumentException(option + " is too large: '" + text + "'");
    }
  }
}
