package dev.mergefarm.merge.recipe;

import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * A YAML value that knows where it stands: the path from the document's root, and the line and
 * column it starts at (both from 1).
 */
sealed interface YamlNode {

  String path();

  Position position();

  /** Line and column, from 1. */
  record Position(int line, int column) {
    @Override
    public String toString() {
      return "line " + line + ", column " + column;
    }
  }

  /** A map with text keys, in document order. */
  record Mapping(String path, Position position, SequencedMap<String, YamlNode> entries)
      implements YamlNode {

    Optional<YamlNode> get(String key) {
      return Optional.ofNullable(entries.get(key)).filter(node -> !isNull(node));
    }
  }

  /** A list. */
  record Sequence(String path, Position position, List<YamlNode> items) implements YamlNode {}

  /**
   * A plain or quoted value.
   *
   * @param text as written, without quotes
   * @param value what YAML 1.1 makes of it: a {@code String}, {@code Number}, {@code Boolean}, a
   *     date, or null
   */
  record Scalar(String path, Position position, String text, Optional<Object> value)
      implements YamlNode {}

  /** Whether the node is an explicit or empty null. */
  static boolean isNull(YamlNode node) {
    return node instanceof Scalar scalar && scalar.value().isEmpty();
  }

  /** What kind of value it is, for messages. */
  default String kind() {
    return switch (this) {
      case Mapping _ -> "a map";
      case Sequence _ -> "a list";
      case Scalar scalar ->
          scalar.value().isEmpty() ? "nothing" : "'" + shorten(scalar.text()) + "'";
    };
  }

  private static String shorten(String text) {
    return text.length() <= 80 ? text : text.substring(0, 77) + "...";
  }
}
