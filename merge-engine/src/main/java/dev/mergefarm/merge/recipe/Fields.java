package dev.mergefarm.merge.recipe;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.NearestName;
import dev.mergefarm.common.Problem;
import dev.mergefarm.common.Problems;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Takes the known keys out of a map one by one, reports those of the wrong kind, and at the end the
 * keys that nobody asked for.
 */
final class Fields {

  private final YamlNode.Mapping mapping;
  private final Problems problems;
  private final Set<String> known = new LinkedHashSet<>();

  Fields(YamlNode.Mapping mapping, Problems problems) {
    this.mapping = mapping;
    this.problems = problems;
  }

  String path() {
    return mapping.path();
  }

  String path(String key) {
    return mapping.path().isEmpty() ? key : mapping.path() + "." + key;
  }

  Optional<YamlNode> node(String key) {
    known.add(key);
    return mapping.get(key);
  }

  Optional<YamlNode.Mapping> mapping(String key) {
    return node(key).flatMap(node -> asMapping(node, problems));
  }

  /** A text; numbers and booleans are taken as they are written. */
  Optional<String> text(String key) {
    return node(key).flatMap(node -> asText(node, problems));
  }

  /** The items of a list; empty when the key is absent or no list. */
  List<YamlNode> items(String key) {
    Optional<YamlNode> node = node(key);
    if (node.isEmpty()) {
      return List.of();
    }
    if (node.get() instanceof YamlNode.Sequence sequence) {
      return sequence.items();
    }
    wrongKind(node.get(), "a list", problems);
    return List.of();
  }

  Optional<Boolean> flag(String key) {
    return node(key)
        .flatMap(
            node -> {
              if (node instanceof YamlNode.Scalar scalar
                  && scalar.value().orElseThrow() instanceof Boolean value) {
                return Optional.of(value);
              }
              wrongKind(node, "true or false", problems);
              return Optional.empty();
            });
  }

  /** A whole number within a range, both ends included. */
  Optional<Integer> wholeNumber(String key, int least, int most) {
    return node(key).flatMap(node -> wholeNumber(node, least, most, problems));
  }

  static Optional<Integer> wholeNumber(YamlNode node, int least, int most, Problems problems) {
    Optional<Double> number =
        node instanceof YamlNode.Scalar scalar ? Numbers.read(scalar) : Optional.empty();
    if (number.isPresent()
        && number.get() == Math.rint(number.get())
        && number.get() >= least
        && number.get() <= most) {
      return Optional.of(number.get().intValue());
    }
    wrongKind(node, "a whole number from " + least + " to " + most, problems);
    return Optional.empty();
  }

  static Optional<YamlNode.Mapping> asMapping(YamlNode node, Problems problems) {
    if (node instanceof YamlNode.Mapping mapping) {
      return Optional.of(mapping);
    }
    wrongKind(node, "a map", problems);
    return Optional.empty();
  }

  static Optional<String> asText(YamlNode node, Problems problems) {
    if (node instanceof YamlNode.Scalar scalar
        && scalar.value().isPresent()
        && !scalar.text().isBlank()) {
      return Optional.of(scalar.text());
    }
    wrongKind(node, "a text", problems);
    return Optional.empty();
  }

  static void wrongKind(YamlNode node, String expected, Problems problems) {
    problems.error(
        ErrorCode.INVALID_VALUE,
        node.path(),
        "Expected " + expected + ", found " + node.kind() + " at " + node.position() + ".");
  }

  /** Reports every key that was not asked for. */
  void reportUnknown(Compatibility compatibility) {
    mapping
        .entries()
        .forEach(
            (key, value) -> {
              if (!known.contains(key)) {
                problems.add(unknown(key, path(key), "key", known, compatibility, value));
              }
            });
  }

  private static Problem unknown(
      String key,
      String path,
      String what,
      Collection<String> known,
      Compatibility compatibility,
      YamlNode at) {
    boolean strict = compatibility == Compatibility.STRICT;
    return new Problem(
        ErrorCode.UNKNOWN_KEY,
        strict ? Problem.Severity.ERROR : Problem.Severity.WARNING,
        path,
        "Unknown " + what + " '" + key + "' at " + at.position() + (strict ? "." : "; ignored."),
        NearestName.among(key, known));
  }
}
