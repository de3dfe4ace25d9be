package dev.mergefarm.eval.filter;

import java.util.List;
import java.util.Map;

/** The options of one filter step, read with their types. */
record FilterOptions(Map<String, Object> values) {

  String text(String key, String absent) {
    Object value = values.get(key);
    return switch (value) {
      case null -> absent;
      case String text -> text;
      default -> throw new IllegalArgumentException("'" + key + "' must be text, not " + value);
    };
  }

  int integer(String key, int absent) {
    return values.get(key) == null ? absent : requiredInteger(key);
  }

  int requiredInteger(String key) {
    if (values.get(key) instanceof Long number && Math.abs(number) <= Integer.MAX_VALUE) {
      return number.intValue();
    }
    throw new IllegalArgumentException(
        "'" + key + "' must be a whole number, not " + values.get(key));
  }

  /** Python's truth of the value: any text but the empty one is true. */
  boolean truth(String key) {
    return switch (values.get(key)) {
      case null -> false;
      case Boolean flag -> flag;
      case Number number -> number.doubleValue() != 0;
      case String text -> !text.isEmpty();
      case List<?> list -> !list.isEmpty();
      default -> true;
    };
  }

  List<PythonPattern> patterns(String key) {
    return switch (values.get(key)) {
      case null -> List.of();
      case List<?> list -> list.stream().map(String::valueOf).map(PythonPattern::compile).toList();
      case Object value -> List.of(PythonPattern.compile(value.toString()));
    };
  }
}
