package dev.mergefarm.eval.template.python;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** What every Python value can be asked, whatever Java class it has. */
public final class Values {

  private static final int DEEPEST = 200;

  private Values() {}

  /**
   * A plain Java value as a template value: all integers become Long or BigInteger, all maps {@link
   * PythonDict}, all collections mutable lists. Containers are copied, so that a template never
   * changes what it was given.
   *
   * @throws IllegalArgumentException for a class without a Python counterpart, or too deep nesting
   */
  public static Object fromJava(Object value) {
    return fromJava(value, 0);
  }

  private static Object fromJava(Object value, int depth) {
    if (depth > DEEPEST) {
      throw new IllegalArgumentException("values are nested deeper than " + DEEPEST);
    }
    return switch (value) {
      case null -> null;
      case String text -> text;
      case Boolean flag -> flag;
      case Double number -> number;
      case Float number -> (double) number;
      case BigInteger number -> Numbers.normal(number);
      case BigDecimal number -> number.doubleValue();
      case Number number -> number.longValue();
      case Map<?, ?> map -> dict(map, depth);
      case Iterable<?> iterable -> list(iterable, depth);
      case Object[] array -> list(List.of(array), depth);
      case LocalDateTime time -> time;
      case LocalDate date -> date;
      case LocalTime time -> time;
      case CharSequence text -> text.toString();
      case PythonObject object -> object;
      default ->
          throw new IllegalArgumentException(
              "a value of " + value.getClass().getName() + " has no Python counterpart");
    };
  }

  private static PythonDict dict(Map<?, ?> map, int depth) {
    PythonDict dict = new PythonDict();
    map.forEach((key, item) -> dict.put(fromJava(key, depth + 1), fromJava(item, depth + 1)));
    return dict;
  }

  private static List<Object> list(Iterable<?> iterable, int depth) {
    List<Object> list = new ArrayList<>();
    iterable.forEach(item -> list.add(fromJava(item, depth + 1)));
    return list;
  }

  /** A Java list that the engine made, which is a Python list. */
  @SuppressWarnings("unchecked")
  public static List<Object> list(List<?> list) {
    return (List<Object>) list;
  }

  /** The class name that error messages use. */
  public static String typeName(Object value) {
    return switch (value) {
      case null -> "NoneType";
      case String text -> "str";
      case Boolean flag -> "bool";
      case Long number -> "int";
      case BigInteger number -> "int";
      case Double number -> "float";
      case List<?> list -> "list";
      case PythonObject object -> object.typeName();
      case LocalDateTime time -> "datetime.datetime";
      case LocalDate date -> "datetime.date";
      case LocalTime time -> "datetime.time";
      default -> throw new IllegalArgumentException("not a template value: " + value.getClass());
    };
  }

  /** {@code bool(value)}. */
  public static boolean truth(Object value) {
    return switch (value) {
      case null -> false;
      case Boolean flag -> flag;
      case String text -> !text.isEmpty();
      case Long number -> number != 0;
      case Double number -> number != 0;
      case List<?> list -> !list.isEmpty();
      case PythonObject object -> object.truth();
      default -> true;
    };
  }

  /** {@code iter(value)}, each step charged. */
  public static Iterator<Object> iterate(Object value) {
    return switch (value) {
      case String text -> Strings.characters(text);
      case List<?> list -> new ListIterator(list(list));
      case PythonObject object -> object.iterate();
      case null, default ->
          throw PythonException.typeError("'" + typeName(value) + "' object is not iterable");
    };
  }

  /** Python's list iterator, which sees elements appended while it runs. */
  private static final class ListIterator implements Iterator<Object> {
    private final List<Object> list;
    private int position;

    ListIterator(List<Object> list) {
      this.list = list;
    }

    @Override
    public boolean hasNext() {
      return position < list.size();
    }

    @Override
    public Object next() {
      Budget.charge(1);
      return list.get(position++);
    }
  }

  public static boolean isIterable(Object value) {
    try {
      iterate(value);
      return true;
    } catch (PythonException e) {
      if (e.kind() == PythonException.Kind.TYPE_ERROR) {
        return false;
      }
      throw e;
    }
  }

  /** {@code list(value)}: a new list. */
  public static List<Object> toList(Object value) {
    List<Object> result = new ArrayList<>();
    Iterator<Object> iterator = iterate(value);
    while (iterator.hasNext()) {
      result.add(iterator.next());
      Budget.chargeGrowth(result.size(), 1);
    }
    return result;
  }

  /** {@code len(value)}. */
  public static long length(Object value) {
    return switch (value) {
      case String text -> Strings.length(text);
      case List<?> list -> list.size();
      case PythonObject object -> object.length();
      case null, default ->
          throw PythonException.typeError("object of type '" + typeName(value) + "' has no len()");
    };
  }

  /** {@code value[key]}, raising as Python does. */
  public static Object item(Object value, Object key) {
    return switch (value) {
      case String text -> Strings.element(text, key);
      case List<?> list -> Sequences.element(list(list), key, "list");
      case PythonObject object -> object.item(key);
      case null, default -> throw Sequences.notSubscriptable(value);
    };
  }

  /** {@code getattr(value, name)}, or {@link PythonObject#MISSING}. */
  public static Object attribute(Object value, String name) {
    if (name.equals("__class__")) {
      return PythonType.of(value);
    }
    return switch (value) {
      case String text -> StringMethods.method(text, name);
      case List<?> list -> SequenceMethods.listMethod(list(list), name);
      case Boolean flag -> NumberMethods.attribute(value, name);
      case Long number -> NumberMethods.attribute(value, name);
      case BigInteger number -> NumberMethods.attribute(value, name);
      case Double number -> NumberMethods.attribute(value, name);
      case PythonObject object -> object.attribute(name);
      case LocalDateTime time -> Dates.attribute(time, name);
      case LocalDate date -> Dates.attribute(date, name);
      case LocalTime time -> Dates.attribute(time, name);
      case null, default -> PythonObject.MISSING;
    };
  }

  public static boolean isCallable(Object value) {
    return value instanceof PythonObject object && object.callable();
  }

  /** {@code value(*arguments)}. */
  public static Object call(Object value, Arguments arguments) {
    if (value instanceof PythonObject object) {
      return object.call(arguments);
    }
    throw PythonException.typeError("'" + typeName(value) + "' object is not callable");
  }
}
