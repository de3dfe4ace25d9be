package dev.mergefarm.eval.template.python;

import java.math.BigDecimal;
import java.util.List;

/** Turns hashable values into keys whose Java equality is Python's equality. */
public final class HashKeys {

  private HashKeys() {}

  private record TupleKey(List<Object> keys) {}

  private enum NoneKey {
    NONE
  }

  /**
   * @throws PythonException of kind TYPE_ERROR where the value cannot be hashed
   */
  public static Object of(Object value) {
    return switch (value) {
      case null -> NoneKey.NONE;
      case Boolean flag -> flag ? 1L : 0L;
      case Double number -> number(number);
      case Markup markup -> markup.text();
      case PythonTuple tuple -> new TupleKey(tuple.elements().stream().map(HashKeys::of).toList());
      case List<?> list -> throw unhashable(list);
      case PythonObject object when !object.hashable() -> throw unhashable(object);
      default -> value;
    };
  }

  private static Object number(double number) {
    if (number != Math.rint(number) || Double.isInfinite(number)) {
      return number;
    }
    return Numbers.normal(new BigDecimal(number).toBigInteger());
  }

  private static PythonException unhashable(Object value) {
    return PythonException.typeError("unhashable type: '" + Values.typeName(value) + "'");
  }
}
