package dev.mergefarm.merge.recipe;

import java.util.Optional;
import java.util.regex.Pattern;

/** Numbers as recipes write them: YAML numbers, booleans, and text that spells a number. */
final class Numbers {

  private static final Pattern SPELLED =
      Pattern.compile("[-+]?(\\d[\\d_]*\\.?\\d*|\\.\\d+)([eE][-+]?\\d+)?|[-+]?(inf|nan)");

  private Numbers() {}

  /** The scalar's number, perhaps not finite; empty when it is none. */
  static Optional<Double> read(YamlNode.Scalar scalar) {
    Object value = scalar.value().orElse("");
    return switch (value) {
      case Boolean flag -> Optional.of(flag ? 1.0 : 0.0);
      case Number number -> Optional.of(number.doubleValue());
      default -> spelled(scalar.text().strip());
    };
  }

  private static Optional<Double> spelled(String text) {
    String lower = text.toLowerCase(java.util.Locale.ROOT);
    if (!SPELLED.matcher(lower).matches()) {
      return Optional.empty();
    }
    if (lower.endsWith("nan")) {
      return Optional.of(Double.NaN);
    }
    if (lower.endsWith("inf")) {
      return Optional.of(
          lower.startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY);
    }
    return Optional.of(Double.valueOf(lower.replace("_", "")));
  }
}
