package dev.mergefarm.eval.data;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Gives each column one type, as the data-set library under the reference program does: whole
 * numbers beside fractions become fractions, keys missing in some rows become null, texts that are
 * ISO dates in every row become times and print as {@code 2020-01-01 00:00:00}.
 */
final class ColumnTypes {

  private static final Pattern DATE =
      Pattern.compile("\\d{4}-\\d{2}-\\d{2}(?:[ T]\\d{2}:\\d{2}(?::\\d{2})?)?");

  private ColumnTypes() {}

  /** The rows with the same keys in each, in the order the keys were first met. */
  static List<Map<String, Object>> unify(List<Map<String, Object>> rows) {
    List<Map<String, Object>> result = new ArrayList<>(rows.size());
    for (Object row : structs(rows)) {
      Map<String, Object> map = new LinkedHashMap<>();
      ((Map<?, ?>) row).forEach((key, value) -> map.put((String) key, value));
      result.add(map);
    }
    return result;
  }

  private static List<Object> column(List<?> values) {
    List<?> present = values.stream().filter(Objects::nonNull).toList();
    if (present.isEmpty()) {
      return new ArrayList<>(values);
    }
    if (all(present, Map.class)) {
      return structs(values);
    }
    if (all(present, List.class)) {
      return lists(values);
    }
    if (all(present, Number.class) && present.stream().anyMatch(Double.class::isInstance)) {
      return each(values, value -> ((Number) value).doubleValue());
    }
    if (present.stream().allMatch(v -> v instanceof String t && DATE.matcher(t).matches())) {
      return each(values, value -> time((String) value));
    }
    return new ArrayList<>(values);
  }

  private static boolean all(List<?> values, Class<?> type) {
    return values.stream().allMatch(type::isInstance);
  }

  private interface Change {
    Object apply(Object value);
  }

  private static List<Object> each(List<?> values, Change change) {
    List<Object> result = new ArrayList<>(values.size());
    values.forEach(value -> result.add(value == null ? null : change.apply(value)));
    return result;
  }

  private static String time(String text) {
    String spaced = text.replace('T', ' ');
    return switch (text.length()) {
      case 10 -> spaced + " 00:00:00";
      case 16 -> spaced + ":00";
      default -> spaced;
    };
  }

  private static List<Object> structs(List<?> values) {
    Set<String> keys = new LinkedHashSet<>();
    for (Object value : values) {
      if (value instanceof Map<?, ?> map) {
        map.keySet().forEach(key -> keys.add((String) key));
      }
    }
    List<Object> result = new ArrayList<>(values.size());
    values.forEach(value -> result.add(value == null ? null : new LinkedHashMap<String, Object>()));
    for (String key : keys) {
      List<Object> column = new ArrayList<>(values.size());
      values.forEach(value -> column.add(value instanceof Map<?, ?> map ? map.get(key) : null));
      Iterator<Object> typed = column(column).iterator();
      for (Object target : result) {
        Object value = typed.next();
        if (target instanceof Map<?, ?>) {
          @SuppressWarnings("unchecked")
          Map<String, Object> map = (Map<String, Object>) target;
          map.put(key, value);
        }
      }
    }
    return result;
  }

  private static List<Object> lists(List<?> values) {
    List<Object> items = new ArrayList<>();
    for (Object value : values) {
      if (value instanceof List<?> list) {
        items.addAll(list);
      }
    }
    Iterator<Object> typed = column(items).iterator();
    return each(
        values,
        value -> {
          List<Object> list = new ArrayList<>(((List<?>) value).size());
          ((List<?>) value).forEach(item -> list.add(typed.next()));
          return list;
        });
  }
}
