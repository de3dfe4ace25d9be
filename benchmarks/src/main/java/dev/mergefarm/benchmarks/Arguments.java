package dev.mergefarm.benchmarks;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A benchmark's {@code --name value} pairs. */
public final class Arguments {

  private final Map<String, String> values;

  private Arguments(Map<String, String> values) {
    this.values = values;
  }

  /**
   * @param names all names there are, without dashes
   */
  public static Arguments parse(String[] arguments, String... names) {
    Map<String, String> values = new HashMap<>();
    for (int i = 0; i < arguments.length; i += 2) {
      String name = arguments[i].startsWith("--") ? arguments[i].substring(2) : "";
      if (!List.of(names).contains(name) || i + 1 == arguments.length) {
        throw new IllegalArgumentException(
            "expected --NAME VALUE with one of %s, found '%s'"
                .formatted(List.of(names), arguments[i]));
      }
      values.put(name, arguments[i + 1]);
    }
    return new Arguments(values);
  }

  public Optional<String> optional(String name) {
    return Optional.ofNullable(values.get(name));
  }

  public String text(String name, String fallback) {
    return values.getOrDefault(name, fallback);
  }

  public long number(String name, long fallback) {
    return optional(name).map(Long::parseLong).orElse(fallback);
  }
}
