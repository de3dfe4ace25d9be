package dev.mergefarm.eval.template.python;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.chrono.ChronoLocalDateTime;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;

/** Equality, ordering and membership. */
public final class Comparison {

  private Comparison() {}

  /** {@code a == b}. */
  public static boolean equal(Object a, Object b) {
    if (a instanceof PythonObject object && object.decidesEquality()) {
      return object.same(b);
    }
    if (b instanceof PythonObject object && object.decidesEquality()) {
      return object.same(a);
    }
    if (a instanceof PythonObject object && !(a instanceof Markup)) {
      return object.same(b);
    }
    if (b instanceof PythonObject object) {
      return object.same(a);
    }
    if (a == null || b == null) {
      return a == b;
    }
    if (Numbers.isNumber(a)) {
      return Numbers.isNumber(b) && compareNumbers(a, b) == 0 && !isNaN(a) && !isNaN(b);
    }
    if (a instanceof List<?> list) {
      return b instanceof List<?> other && equalLists(Values.list(list), Values.list(other));
    }
    return a instanceof Markup markup ? markup.same(b) : a.equals(b);
  }

  private static boolean isNaN(Object number) {
    return number instanceof Double value && Double.isNaN(value);
  }

  /** Equality of elements in containers: the same object is equal even if it is not to itself. */
  static boolean equalElements(Object a, Object b) {
    return a == b || equal(a, b);
  }

  static boolean equalLists(List<Object> a, List<Object> b) {
    if (a.size() != b.size()) {
      return false;
    }
    Budget.charge(a.size());
    for (int i = 0; i < a.size(); i++) {
      if (!equalElements(a.get(i), b.get(i))) {
        return false;
      }
    }
    return true;
  }

  /** Order of two numbers; exact between integers and floats. */
  static int compareNumbers(Object a, Object b) {
    if (Numbers.normal(a) instanceof Long x && Numbers.normal(b) instanceof Long y) {
      return Long.compare(x, y);
    }
    if (a instanceof Double x && b instanceof Double y) {
      return x < y ? -1 : x > y ? 1 : 0;
    }
    if (isSpecial(a) || isSpecial(b)) {
      double x = a instanceof Double value ? value : 0;
      double y = b instanceof Double value ? value : 0;
      return x < y ? -1 : x > y ? 1 : 0;
    }
    return exact(a).compareTo(exact(b));
  }

  private static boolean isSpecial(Object number) {
    return number instanceof Double value && (Double.isNaN(value) || Double.isInfinite(value));
  }

  private static BigDecimal exact(Object number) {
    return number instanceof Double value
        ? new BigDecimal(value)
        : new BigDecimal(Numbers.big(number));
  }

  /**
   * {@code a < b}, {@code <=}, {@code >} or {@code >=}.
   *
   * @param operator as written, for the message
   * @throws PythonException of kind TYPE_ERROR where the values have no order
   */
  public static boolean ordered(Object a, Object b, String operator) {
    if (a instanceof PythonObject object) {
      object.requireOperand();
    }
    if (b instanceof PythonObject object) {
      object.requireOperand();
    }
    if (Numbers.isNumber(a) && Numbers.isNumber(b)) {
      return !isNaN(a) && !isNaN(b) && holds(compareNumbers(a, b), operator);
    }
    if (Strings.isText(a) && Strings.isText(b)) {
      return holds(compareTexts(Strings.text(a), Strings.text(b)), operator);
    }
    if (a instanceof List<?> x && b instanceof List<?> y) {
      return orderedLists(Values.list(x), Values.list(y), operator);
    }
    if (a instanceof PythonTuple x && b instanceof PythonTuple y) {
      return orderedLists(x.elements(), y.elements(), operator);
    }
    if (a instanceof LocalDateTime x && b instanceof LocalDateTime y) {
      return holds(((ChronoLocalDateTime<?>) x).compareTo(y), operator);
    }
    if (a instanceof LocalDate x && b instanceof LocalDate y) {
      return holds(x.compareTo(y), operator);
    }
    throw PythonException.typeError(
        "'"
            + operator
            + "' not supported between instances of '"
            + Values.typeName(a)
            + "' and '"
            + Values.typeName(b)
            + "'");
  }

  private static boolean holds(int order, String operator) {
    return switch (operator) {
      case "<" -> order < 0;
      case "<=" -> order <= 0;
      case ">" -> order > 0;
      case ">=" -> order >= 0;
      default -> throw new IllegalArgumentException("not an ordering: " + operator);
    };
  }

  private static boolean orderedLists(List<Object> a, List<Object> b, String operator) {
    int common = Math.min(a.size(), b.size());
    for (int i = 0; i < common; i++) {
      if (!equalElements(a.get(i), b.get(i))) {
        return ordered(a.get(i), b.get(i), operator);
      }
    }
    return holds(Integer.compare(a.size(), b.size()), operator);
  }

  private static int compareTexts(String a, String b) {
    int length = Math.min(a.length(), b.length());
    for (int i = 0; i < length; i++) {
      if (a.charAt(i) != b.charAt(i)) {
        return Integer.compare(codePoint(a, i), codePoint(b, i));
      }
    }
    return Integer.compare(a.length(), b.length());
  }

  private static int codePoint(String text, int index) {
    boolean inside =
        index > 0 && Character.isSurrogatePair(text.charAt(index - 1), text.charAt(index));
    return text.codePointAt(inside ? index - 1 : index);
  }

  /** The order that sorting uses: by {@code <} alone. */
  public static Comparator<Object> natural() {
    return (a, b) -> ordered(a, b, "<") ? -1 : ordered(b, a, "<") ? 1 : 0;
  }

  /** {@code value in container}. */
  public static boolean contains(Object container, Object value) {
    if (Strings.isText(container)) {
      if (!Strings.isText(value)) {
        throw PythonException.typeError(
            "'in <string>' requires string as left operand, not " + Values.typeName(value));
      }
      return Strings.text(container).contains(Strings.text(value));
    }
    return switch (container) {
      case PythonDict dict -> dict.containsKey(value);
      case DictView view when view.isKeys() -> view.dict().containsKey(value);
      case PythonRange range when Numbers.isInteger(value) -> range.contains(value);
      case null, default -> containsByIteration(container, value);
    };
  }

  private static boolean containsByIteration(Object container, Object value) {
    if (!Values.isIterable(container)) {
      throw PythonException.typeError(
          "argument of type '" + Values.typeName(container) + "' is not iterable");
    }
    Iterator<Object> iterator = Values.iterate(container);
    while (iterator.hasNext()) {
      if (equalElements(iterator.next(), value)) {
        return true;
      }
    }
    return false;
  }
}
