package dev.mergefarm.merge.method;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problems;
import java.util.Objects;
import java.util.Optional;

/**
 * A parameter of a method.
 *
 * @param name its key in a recipe
 * @param type what its value is
 * @param scope whether each model has its own value
 * @param range the numbers allowed; {@link ParameterRange#ANY} for other types
 * @param fallback the value when none is given; empty for a required parameter and for one that has
 *     an effect only when given
 * @param required whether a recipe without it is refused; never asked of a base model
 * @param description one sentence
 */
public record ParameterSpec(
    String name,
    Type type,
    Scope scope,
    ParameterRange range,
    Optional<Object> fallback,
    boolean required,
    String description) {

  /** The type of a value after gradients and filters have been resolved. */
  public enum Type {
    NUMBER,
    INTEGER,
    /** A boolean; numbers are accepted, 0 being false. */
    FLAG,
    TEXT,
    /** A model reference whose tensors accompany the model's own, name by name. */
    MODEL
  }

  /** Whose value a parameter is. */
  public enum Scope {
    GLOBAL,
    PER_MODEL
  }

  public ParameterSpec {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(scope, "scope");
    Objects.requireNonNull(range, "range");
    Objects.requireNonNull(fallback, "fallback");
    Objects.requireNonNull(description, "description");
    if (required && fallback.isPresent()) {
      throw new IllegalArgumentException("a required parameter has no default: " + name);
    }
  }

  public static ParameterSpec number(
      String name, Scope scope, double fallback, String description) {
    return new ParameterSpec(
        name, Type.NUMBER, scope, ParameterRange.ANY, Optional.of(fallback), false, description);
  }

  public static ParameterSpec requiredNumber(String name, Scope scope, String description) {
    return new ParameterSpec(
        name, Type.NUMBER, scope, ParameterRange.ANY, Optional.empty(), true, description);
  }

  public static ParameterSpec flag(String name, boolean fallback, String description) {
    return new ParameterSpec(
        name,
        Type.FLAG,
        Scope.GLOBAL,
        ParameterRange.ANY,
        Optional.of(fallback),
        false,
        description);
  }

  /** The same parameter with a range. */
  public ParameterSpec within(ParameterRange allowed) {
    return new ParameterSpec(name, type, scope, allowed, fallback, required, description);
  }

  /** The same parameter with another default. */
  public ParameterSpec withDefault(Object value) {
    return new ParameterSpec(name, type, scope, range, Optional.of(value), false, description);
  }

  /** Adds an error when the value is not of the type or not within the range. */
  public void check(Object value, String path, Problems problems) {
    Optional<String> expected =
        switch (type) {
          case NUMBER -> expectNumber(value, false);
          case INTEGER -> expectNumber(value, true);
          case FLAG ->
              value instanceof Boolean || value instanceof Number
                  ? Optional.empty()
                  : Optional.of("true or false");
          case TEXT -> value instanceof String ? Optional.empty() : Optional.of("a text");
          case MODEL -> value instanceof String ? Optional.empty() : Optional.of("a model");
        };
    expected.ifPresent(
        wanted ->
            problems.error(
                ErrorCode.INVALID_VALUE,
                path,
                "the parameter '" + name + "' must be " + wanted + ", found " + value));
  }

  private Optional<String> expectNumber(Object value, boolean whole) {
    double number =
        switch (value) {
          case Number given -> given.doubleValue();
          case Boolean flag -> flag ? 1 : 0;
          default -> Double.NaN;
        };
    boolean fits = range.allows(number) && (!whole || number == Math.rint(number));
    String noun = whole ? "a whole number, " : "a number, ";
    return fits ? Optional.empty() : Optional.of(noun + range.describe());
  }
}
