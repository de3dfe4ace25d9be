package dev.mergefarm.eval.template;

import dev.mergefarm.eval.template.python.NumberReader;
import dev.mergefarm.eval.template.python.StringCase;
import dev.mergefarm.eval.template.python.Strings;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** What filters' {@code attribute} arguments mean: dotted paths of names and indexes. */
final class AttributePath {

  private AttributePath() {}

  /** Lower case for text, which sorting and grouping compare by unless told otherwise. */
  static Object ignoreCase(Object value) {
    return Strings.isText(value) ? StringCase.lower(Strings.text(value)) : value;
  }

  /**
   * A function from an element to its attribute.
   *
   * @param attribute a dotted path, an index, or null for the element itself
   * @param fallback for undefined attributes, or null
   */
  static Function<Object, Object> single(
      Environment environment, Object attribute, Object fallback) {
    List<Object> parts = parts(attribute);
    return element -> {
      Object value = element;
      for (Object part : parts) {
        value = environment.item(value, part);
        if (fallback != null && value instanceof UndefinedValue) {
          value = fallback;
        }
      }
      return value;
    };
  }

  /** A function from an element to the list of its attributes; commas separate paths. */
  static Function<Object, Object> several(
      Environment environment, Object attribute, UnaryOperator<Object> change) {
    List<Function<Object, Object>> getters = new ArrayList<>();
    if (Strings.isText(attribute)) {
      for (String path : Strings.text(attribute).split(",", -1)) {
        getters.add(single(environment, path, null));
      }
    } else {
      getters.add(single(environment, attribute, null));
    }
    return element -> {
      List<Object> values = new ArrayList<>(getters.size());
      getters.forEach(getter -> values.add(change.apply(getter.apply(element))));
      return values;
    };
  }

  private static List<Object> parts(Object attribute) {
    if (attribute == null) {
      return List.of();
    }
    if (!Strings.isText(attribute)) {
      return List.of(attribute);
    }
    List<Object> parts = new ArrayList<>();
    for (String part : Strings.text(attribute).split("\\.", -1)) {
      boolean number = !part.isEmpty() && part.chars().allMatch(Character::isDigit);
      parts.add(number ? NumberReader.toInteger(part, 10) : part);
    }
    return parts;
  }
}
