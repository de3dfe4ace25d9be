package dev.mergefarm.eval.model.family;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problems;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A model's {@code config.json} as families read it. Reading never throws: a missing or mistyped
 * value is noted as a problem with the key's path, and a harmless value is returned. A JSON null
 * counts as absent. Remembers which keys were read. Confined to one thread.
 */
final class ModelConfig {

  /** No model has more layers, heads or experts than this; larger numbers are a broken file. */
  private static final int COUNT_LIMIT = 1 << 16;

  private final JsonNode node;
  private final String path;
  private final Problems problems;
  private final Set<String> read = new HashSet<>();

  ModelConfig(JsonNode node, String path, Problems problems) {
    this.node = node;
    this.path = path;
    this.problems = problems;
  }

  /** Whether the key is there with a value other than null. */
  boolean has(String key) {
    read.add(key);
    return node.hasNonNull(key);
  }

  /** A number of things that there must be at least one of. */
  int count(String key) {
    if (!has(key)) {
      problems.error(ErrorCode.MISSING_KEY, at(key), "The configuration lacks '" + key + "'.");
      return 1;
    }
    return count(key, 1);
  }

  int count(String key, int otherwise) {
    return optionalCount(key).orElse(otherwise);
  }

  Optional<Integer> optionalCount(String key) {
    if (!has(key)) {
      return Optional.empty();
    }
    JsonNode value = node.get(key);
    boolean limited = !key.contains("size") && !key.contains("position") && !key.contains("window");
    if (!value.isIntegralNumber()
        || !value.canConvertToInt()
        || value.intValue() < 1
        || (limited && value.intValue() > COUNT_LIMIT)) {
      invalid(key, "a whole number from 1 up");
      return Optional.of(1);
    }
    return Optional.of(value.intValue());
  }

  /** The value; empty when the key is there with null; the other value when it is not there. */
  Optional<Integer> nullableCount(String key, int otherwise) {
    read.add(key);
    return node.has(key) ? optionalCount(key) : Optional.of(otherwise);
  }

  /** The value; empty when the key is there with null; the other value when it is not there. */
  Optional<Double> nullableReal(String key, double otherwise) {
    read.add(key);
    return node.has(key) ? optionalReal(key) : Optional.of(otherwise);
  }

  /** A whole number of 0 or more. */
  int number(String key, int otherwise) {
    if (!has(key)) {
      return otherwise;
    }
    JsonNode value = node.get(key);
    if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < 0) {
      invalid(key, "a whole number from 0 up");
      return otherwise;
    }
    return value.intValue();
  }

  double real(String key, double otherwise) {
    return optionalReal(key).orElse(otherwise);
  }

  Optional<Double> optionalReal(String key) {
    if (!has(key)) {
      return Optional.empty();
    }
    JsonNode value = node.get(key);
    if (!value.isNumber() || !Double.isFinite(value.doubleValue())) {
      invalid(key, "a finite number");
      return Optional.of(1.0);
    }
    return Optional.of(value.doubleValue());
  }

  /** A finite number above 0. */
  double positive(String key, double otherwise) {
    double value = real(key, otherwise);
    if (value <= 0) {
      invalid(key, "a number above 0");
      return 1;
    }
    return value;
  }

  boolean flag(String key, boolean otherwise) {
    if (!has(key)) {
      return otherwise;
    }
    if (!node.get(key).isBoolean()) {
      invalid(key, "true or false");
      return otherwise;
    }
    return node.get(key).booleanValue();
  }

  String text(String key, String otherwise) {
    if (!has(key)) {
      return otherwise;
    }
    if (!node.get(key).isTextual()) {
      invalid(key, "a string");
      return otherwise;
    }
    return node.get(key).textValue();
  }

  Optional<List<String>> texts(String key) {
    if (!has(key)) {
      return Optional.empty();
    }
    List<String> values = new ArrayList<>();
    for (JsonNode item : node.get(key)) {
      if (!item.isTextual()) {
        invalid(key, "a list of strings");
        return Optional.empty();
      }
      values.add(item.textValue());
    }
    return Optional.of(List.copyOf(values));
  }

  /** A list of whole numbers; empty when absent. */
  List<Integer> integers(String key) {
    List<Integer> values = new ArrayList<>();
    if (has(key)) {
      for (JsonNode item : node.get(key)) {
        if (!item.isIntegralNumber()) {
          invalid(key, "a list of whole numbers");
          return List.of();
        }
        values.add(item.intValue());
      }
    }
    return List.copyOf(values);
  }

  /** A list of numbers of this length. */
  float[] reals(String key, int length) {
    float[] values = new float[length];
    java.util.Arrays.fill(values, 1);
    JsonNode list = has(key) ? node.get(key) : JsonNodeFactory.instance.nullNode();
    if (!list.isArray() || list.size() != length) {
      invalid(key, "a list of %d numbers".formatted(length));
      return values;
    }
    for (int i = 0; i < length; i++) {
      if (!list.get(i).isNumber()) {
        invalid(key, "a list of %d numbers".formatted(length));
        return values;
      }
      values[i] = list.get(i).floatValue();
    }
    return values;
  }

  /** An object inside; an empty one when absent. */
  ModelConfig object(String key) {
    JsonNode value = has(key) ? node.get(key) : JsonNodeFactory.instance.objectNode();
    if (!value.isObject()) {
      invalid(key, "an object");
      value = JsonNodeFactory.instance.objectNode();
    }
    return new ModelConfig(value, at(key), problems);
  }

  /** Notes that the key's value asks for something that the family cannot do. */
  void refuse(String key, String message) {
    problems.error(ErrorCode.UNSUPPORTED_ARCHITECTURE, at(key), message);
  }

  /** Notes an oddity that does not stop the work. */
  void warn(String key, String message) {
    problems.warning(ErrorCode.INVALID_VALUE, at(key), message);
  }

  /** Refuses the key when it is there with another value than the only one supported. */
  void onlyFlag(String key, boolean supported, String feature) {
    if (flag(key, supported) != supported) {
      refuse(key, "%s is not supported: '%s' must be %s.".formatted(feature, key, supported));
    }
  }

  private void invalid(String key, String expected) {
    String shown = node.path(key).toString();
    problems.error(
        ErrorCode.INVALID_VALUE,
        at(key),
        "'%s' must be %s, found %s."
            .formatted(key, expected, shown.length() > 80 ? shown.substring(0, 80) : shown));
  }

  /** The keys that nothing has asked for. */
  List<String> unread() {
    List<String> names = new ArrayList<>();
    node.fieldNames()
        .forEachRemaining(
            name -> {
              if (!read.contains(name)) {
                names.add(name);
              }
            });
    return names;
  }

  /** The path of a key, as in {@code config.json: rope_scaling.factor}. */
  String at(String key) {
    return path.contains(":") ? path + "." + key : path + ": " + key;
  }
}
