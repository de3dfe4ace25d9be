package dev.mergefarm.eval.run;

import dev.mergefarm.eval.metric.ExactMatch;
import java.util.List;
import java.util.Map;

/** Reads the options of {@code exact_match}; flags are tested for Python's truth. */
final class ExactMatchOptions {

  static final List<String> KEYS =
      List.of("regexes_to_ignore", "ignore_case", "ignore_punctuation", "ignore_numbers");

  private ExactMatchOptions() {}

  /**
   * @throws IllegalArgumentException for a malformed expression
   */
  static ExactMatch read(Map<String, Object> options) {
    return ExactMatch.of(
        patterns(options.get("regexes_to_ignore")),
        truth(options.get("ignore_case")),
        truth(options.get("ignore_punctuation")),
        truth(options.get("ignore_numbers")));
  }

  private static List<String> patterns(Object value) {
    return switch (value) {
      case null -> List.of();
      case List<?> list -> list.stream().map(String::valueOf).toList();
      default -> List.of(value.toString());
    };
  }

  private static boolean truth(Object value) {
    return switch (value) {
      case null -> false;
      case Boolean flag -> flag;
      case Number number -> number.doubleValue() != 0;
      case String text -> !text.isEmpty();
      case List<?> list -> !list.isEmpty();
      default -> true;
    };
  }
}
