package dev.mergefarm.eval.template.python;

import java.util.ArrayList;
import java.util.List;

/** Indexing and slicing of lists, tuples, strings and ranges. */
public final class Sequences {

  private Sequences() {}

  /** A checked index, negative ones counted from the end. */
  static int index(Object key, int length, String sequence) {
    if (!Numbers.isInteger(key)) {
      throw PythonException.typeError(
          (sequence.equals("string")
                  ? "string indices must be integers, not "
                  : sequence + " indices must be integers or slices, not ")
              + (sequence.equals("string")
                  ? "'" + Values.typeName(key) + "'"
                  : Values.typeName(key)));
    }
    if (!(Numbers.normal(key) instanceof Long index)) {
      throw PythonException.indexError("cannot fit 'int' into an index-sized integer");
    }
    long position = index < 0 ? index + length : index;
    if (position < 0 || position >= length) {
      throw PythonException.indexError(sequence + " index out of range");
    }
    return (int) position;
  }

  static Object element(List<Object> elements, Object key, String sequence) {
    return elements.get(index(key, elements.size(), sequence));
  }

  /** {@code value[from:to:by]}. */
  public static Object slice(Object value, Object from, Object to, Object by) {
    return switch (value) {
      case String text -> slice(text, from, to, by);
      case Markup markup -> new Markup(slice(markup.text(), from, to, by));
      case List<?> list -> slice(Values.list(list), from, to, by);
      case PythonTuple tuple -> PythonTuple.copyOf(slice(tuple.elements(), from, to, by));
      case PythonRange range -> range.slice(from, to, by);
      case PythonBytes bytes -> bytes.slice(from, to, by);
      case PythonDict dict -> throw PythonException.typeError("unhashable type: 'slice'");
      case PythonObject object -> {
        object.requireOperand();
        throw notSubscriptable(value);
      }
      case null, default -> throw notSubscriptable(value);
    };
  }

  static PythonException notSubscriptable(Object value) {
    return PythonException.typeError(
        "'" + Values.typeName(value) + "' object is not subscriptable");
  }

  private static List<Object> slice(List<Object> list, Object from, Object to, Object by) {
    Slice slice = Slice.resolve(from, to, by, list.size());
    Budget.charge(slice.count());
    List<Object> result = new ArrayList<>(slice.count());
    for (int i = 0; i < slice.count(); i++) {
      result.add(list.get(slice.index(i)));
    }
    return result;
  }

  private static String slice(String text, Object from, Object to, Object by) {
    int[] points = text.codePoints().toArray();
    Slice slice = Slice.resolve(from, to, by, points.length);
    Budget.charge(slice.count());
    StringBuilder result = new StringBuilder(slice.count());
    for (int i = 0; i < slice.count(); i++) {
      result.appendCodePoint(points[slice.index(i)]);
    }
    return result.toString();
  }
}
