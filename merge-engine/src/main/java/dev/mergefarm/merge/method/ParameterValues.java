package dev.mergefarm.merge.method;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * Parameters of one tensor after gradients, filters and levels have been resolved, either the
 * global ones or those of one model. A value is a {@link Double}, a {@link Boolean}, a {@link
 * String} or a list of these; other numbers are converted.
 *
 * @param values by name; only what the recipe gives, without defaults
 */
public record ParameterValues(Map<String, Object> values) {

  public static final ParameterValues NONE = new ParameterValues(Map.of());

  public ParameterValues {
    TreeMap<String, Object> converted = new TreeMap<>();
    values.forEach((name, value) -> converted.put(name, convert(name, value)));
    values = Map.copyOf(converted);
  }

  private static Object convert(String name, Object value) {
    return switch (value) {
      case Number number -> number.doubleValue();
      case Boolean flag -> flag;
      case String text -> text;
      case List<?> list ->
          List.copyOf(list.stream().map(element -> convert(name, element)).toList());
      default ->
          throw new IllegalArgumentException(
              "parameter " + name + " cannot be a " + value.getClass().getName());
    };
  }

  public boolean has(ParameterSpec parameter) {
    return values.containsKey(parameter.name());
  }

  /** The value given, or the default. */
  public Optional<Object> find(ParameterSpec parameter) {
    return Optional.ofNullable(values.get(parameter.name())).or(parameter::fallback);
  }

  /** A number that is given or has a default; true is 1 and false 0. */
  public double number(ParameterSpec parameter) {
    return optionalNumber(parameter)
        .orElseThrow(() -> new IllegalArgumentException("no value for " + parameter.name()));
  }

  /** A number, or empty when it is neither given nor has a default. */
  public OptionalDouble optionalNumber(ParameterSpec parameter) {
    return find(parameter)
        .map(value -> OptionalDouble.of(asNumber(parameter, value)))
        .orElse(OptionalDouble.empty());
  }

  public boolean flag(ParameterSpec parameter) {
    return number(parameter) != 0;
  }

  private static double asNumber(ParameterSpec parameter, Object value) {
    return switch (value) {
      case Number number -> number.doubleValue();
      case Boolean flag -> flag ? 1 : 0;
      default ->
          throw new IllegalArgumentException(
              "parameter " + parameter.name() + " must be a number, found " + value);
    };
  }
}
