package dev.mergefarm.eval.task;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problems;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Reads values of a mapping with their types; what is of another type becomes a problem. */
record KeyReader(String base, Map<String, Object> keys, Problems problems) {

  String path(String key) {
    return base + "." + key;
  }

  void refuseUnknown(Collection<String> known) {
    for (String key : keys.keySet()) {
      if (!known.contains(key)) {
        problems.unknownName(
            ErrorCode.UNKNOWN_KEY, path(key), "Unknown key '" + key + "'.", key, known);
      }
    }
  }

  private void wrong(String key, String expected) {
    problems.error(
        ErrorCode.INVALID_VALUE,
        path(key),
        "'%s' must be %s, not %s.".formatted(key, expected, keys.get(key)));
  }

  Optional<String> text(String key) {
    return switch (keys.get(key)) {
      case null -> Optional.empty();
      case String text -> Optional.of(text);
      case Long number -> Optional.of(number.toString());
      default -> {
        wrong(key, "text");
        yield Optional.empty();
      }
    };
  }

  /** Python's truth of the value; an absent one is false. */
  boolean truth(String key) {
    return GroupDefinition.truthy(keys.get(key));
  }

  OptionalInt count(String key) {
    Object value = keys.get(key);
    if (value == null) {
      return OptionalInt.empty();
    }
    if (value instanceof Long number && number >= 0 && number <= 1_000_000) {
      return OptionalInt.of(number.intValue());
    }
    wrong(key, "a whole number of 0 or more");
    return OptionalInt.empty();
  }

  Map<String, Object> map(String key) {
    return switch (keys.get(key)) {
      case null -> Map.of();
      case Map<?, ?> map -> {
        Map<String, Object> result = new LinkedHashMap<>();
        map.forEach((name, value) -> result.put(name.toString(), value));
        yield result;
      }
      default -> {
        wrong(key, "a mapping");
        yield Map.of();
      }
    };
  }

  List<Object> list(String key) {
    return switch (keys.get(key)) {
      case null -> List.of();
      case List<?> list -> new ArrayList<>(list);
      default -> {
        wrong(key, "a list");
        yield List.of();
      }
    };
  }

  Optional<FunctionReference> function(String key) {
    return switch (keys.get(key)) {
      case null -> Optional.empty();
      case FunctionReference reference -> Optional.of(reference);
      default -> {
        wrong(key, "a !function");
        yield Optional.empty();
      }
    };
  }

  Field field(String key) {
    return switch (keys.get(key)) {
      case null -> new Field.Absent();
      case String text -> new Field.Text(text);
      case Long number -> new Field.Index(number);
      case Boolean flag -> new Field.Index(flag ? 1 : 0);
      case List<?> list -> new Field.Values(new ArrayList<>(list));
      case Map<?, ?> map -> new Field.Values(new ArrayList<>(map.values()));
      case FunctionReference reference -> new Field.Function(reference);
      default -> {
        wrong(key, "text, a whole number, a list or a !function");
        yield new Field.Absent();
      }
    };
  }
}
