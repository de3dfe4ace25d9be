package dev.mergefarm.eval.template.python;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/** Arithmetic with Python's rules on kinds, signs and sizes. */
public final class Operators {

  private Operators() {}

  /** {@code a + b}. */
  public static Object add(Object a, Object b) {
    requireOperands(a, b);
    if (a instanceof Long x && b instanceof Long y) {
      return Numbers.normal(BigInteger.valueOf(x).add(BigInteger.valueOf(y)));
    }
    if (a instanceof Markup || b instanceof Markup) {
      return addMarkup(a, b);
    }
    return switch (a) {
      case String x when b instanceof String y -> Strings.concatenate(x, y);
      case String x -> throw cannotConcatenate("str", b);
      case List<?> x when b instanceof List<?> y -> concatenate(x, y);
      case List<?> x -> throw cannotConcatenate("list", b);
      case PythonTuple x when b instanceof PythonTuple y ->
          PythonTuple.copyOf(concatenate(x.elements(), y.elements()));
      case PythonTuple x -> throw cannotConcatenate("tuple", b);
      case PythonBytes x when b instanceof PythonBytes y -> x.concatenate(y);
      case null, default -> Arithmetic.number("+", a, b);
    };
  }

  private static Object addMarkup(Object a, Object b) {
    if (Strings.isText(a) && Strings.isText(b)) {
      return new Markup(Strings.concatenate(Markup.escape(a).text(), Markup.escape(b).text()));
    }
    throw unsupported("+", a, b);
  }

  private static List<Object> concatenate(List<?> first, List<?> second) {
    Budget.chargeValue((long) first.size() + second.size());
    List<Object> result = new ArrayList<>(first.size() + second.size());
    result.addAll(first);
    result.addAll(second);
    return result;
  }

  private static PythonException cannotConcatenate(String type, Object other) {
    return PythonException.typeError(
        "can only concatenate " + type + " (not \"" + Values.typeName(other) + "\") to " + type);
  }

  /** {@code a - b}. */
  public static Object subtract(Object a, Object b) {
    requireOperands(a, b);
    if (a instanceof DictView x && b instanceof DictView) {
      return x.minus(b);
    }
    return Arithmetic.number("-", a, b);
  }

  /** {@code a * b}. */
  public static Object multiply(Object a, Object b) {
    requireOperands(a, b);
    if (isSequence(a)) {
      return repeat(a, b);
    }
    if (isSequence(b)) {
      return repeat(b, a);
    }
    return Arithmetic.number("*", a, b);
  }

  private static boolean isSequence(Object value) {
    return Strings.isText(value)
        || value instanceof List<?>
        || value instanceof PythonTuple
        || value instanceof PythonBytes;
  }

  private static Object repeat(Object sequence, Object times) {
    if (!Numbers.isInteger(times)) {
      throw PythonException.typeError(
          "can't multiply sequence by non-int of type '" + Values.typeName(times) + "'");
    }
    if (!(Numbers.normal(times) instanceof Long count)) {
      throw new PythonException(
          PythonException.Kind.OVERFLOW_ERROR, "cannot fit 'int' into an index-sized integer");
    }
    return switch (sequence) {
      case String text -> Strings.repeat(text, count);
      case Markup markup -> new Markup(Strings.repeat(markup.text(), count));
      case List<?> list -> repeatList(list, count);
      case PythonTuple tuple -> PythonTuple.copyOf(repeatList(tuple.elements(), count));
      case PythonBytes bytes -> bytes.repeat(count);
      default -> throw new IllegalArgumentException("sequence expected, is " + sequence);
    };
  }

  private static List<Object> repeatList(List<?> list, long times) {
    List<Object> result = new ArrayList<>();
    if (times > 0 && !list.isEmpty()) {
      Budget.chargeValue(times > Budget.LONGEST_VALUE ? times : list.size() * times);
      for (long i = 0; i < times; i++) {
        result.addAll(list);
      }
    }
    return result;
  }

  /** {@code a / b}: always a float. */
  public static Object divide(Object a, Object b) {
    requireOperands(a, b);
    return Arithmetic.number("/", a, b);
  }

  /** {@code a // b}: rounded towards minus infinity. */
  public static Object floorDivide(Object a, Object b) {
    requireOperands(a, b);
    return Arithmetic.number("//", a, b);
  }

  /** {@code a % b}: the remainder with the sign of b, or text formatting. */
  public static Object modulo(Object a, Object b) {
    if (a instanceof PythonObject object && !(a instanceof Markup)) {
      object.requireOperand();
    }
    return switch (a) {
      case String text -> PercentFormat.format(text, b);
      case Markup markup -> new Markup(PercentFormat.format(markup.text(), escaped(b)));
      case null, default -> {
        requireOperands(a, b);
        yield Arithmetic.number("%", a, b);
      }
    };
  }

  private static Object escaped(Object value) {
    return switch (value) {
      case PythonTuple tuple ->
          PythonTuple.copyOf(tuple.elements().stream().map(Operators::escaped).toList());
      case PythonDict dict -> {
        PythonDict result = new PythonDict();
        dict.entries().forEach(entry -> result.put(entry.getKey(), escaped(entry.getValue())));
        yield result;
      }
      case null, default -> Numbers.isNumber(value) ? value : Markup.escape(value).text();
    };
  }

  /** {@code a ** b}. */
  public static Object power(Object a, Object b) {
    requireOperands(a, b);
    return Arithmetic.number("**", a, b);
  }

  /** {@code -a}. */
  public static Object negate(Object a) {
    requireOperands(a, a);
    return switch (a) {
      case Double value -> -value;
      case null, default -> {
        requireInteger(a, "-");
        yield Numbers.normal(Numbers.big(a).negate());
      }
    };
  }

  /** {@code +a}. */
  public static Object plus(Object a) {
    requireOperands(a, a);
    if (a instanceof Double) {
      return a;
    }
    requireInteger(a, "+");
    return Numbers.normal(a);
  }

  private static void requireInteger(Object a, String operator) {
    if (!Numbers.isInteger(a)) {
      throw PythonException.typeError(
          "bad operand type for unary " + operator + ": '" + Values.typeName(a) + "'");
    }
  }

  private static void requireOperands(Object a, Object b) {
    if (a instanceof PythonObject object) {
      object.requireOperand();
    }
    if (b instanceof PythonObject object) {
      object.requireOperand();
    }
  }

  static PythonException unsupported(String operator, Object a, Object b) {
    String shown = operator.equals("**") ? "** or pow()" : operator;
    return PythonException.typeError(
        "unsupported operand type(s) for "
            + shown
            + ": '"
            + Values.typeName(a)
            + "' and '"
            + Values.typeName(b)
            + "'");
  }
}
