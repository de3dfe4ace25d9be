package dev.mergefarm.eval.task;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A task's keys as results files show them. */
final class ConfigKeys {

  private ConfigKeys() {}

  /** The keys with defaults filled in, null ones left out, helpers by name. */
  static Map<String, Object> withDefaults(
      Map<String, Object> keys, OutputType type, TaskConfig.Format format) {
    Map<String, Object> result = new LinkedHashMap<>();
    keys.forEach(
        (key, value) -> {
          if (value != null) {
            result.put(key, plain(value));
          }
        });
    result.putIfAbsent("output_type", type.key());
    result.putIfAbsent("description", format.description());
    result.putIfAbsent("target_delimiter", format.targetDelimiter());
    result.putIfAbsent("fewshot_delimiter", format.exampleDelimiter());
    result.putIfAbsent("num_fewshot", 0L);
    result.putIfAbsent("repeats", 1L);
    result.putIfAbsent("should_decontaminate", false);
    result.putIfAbsent("unsafe_code", false);
    return result;
  }

  private static Object plain(Object value) {
    return switch (value) {
      case Map<?, ?> map -> {
        Map<String, Object> result = new LinkedHashMap<>();
        map.forEach((key, item) -> result.put(key.toString(), plain(item)));
        yield result;
      }
      case List<?> list -> {
        List<Object> result = new ArrayList<>();
        list.forEach(item -> result.add(plain(item)));
        yield result;
      }
      case FunctionReference reference -> "!function " + reference.name();
      case null, default -> value;
    };
  }
}
