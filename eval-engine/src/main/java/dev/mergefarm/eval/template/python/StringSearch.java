package dev.mergefarm.eval.template.python;

import java.util.Collections;
import java.util.List;

/** The methods of {@code str} that look for text, with optional start and end. */
final class StringSearch {

  private StringSearch() {}

  /** {@code find}, {@code rfind}, {@code index}, {@code rindex}, {@code count}. */
  static Object search(String name, String text, Arguments arguments) {
    NativeCall.parsed(name, arguments, 1, 3);
    Object wanted = arguments.get(0);
    if (!Strings.isText(wanted)) {
      if (wanted instanceof PythonObject object) {
        object.requireOperand();
      }
      throw PythonException.typeError("must be str, not " + Values.typeName(wanted));
    }
    Budget.charge(text.length());
    String part = Strings.text(wanted);
    Window window = Window.of(arguments, Strings.length(text));
    if (window.isEmpty()) {
      return answer(name, name.equals("count") ? 0 : -1);
    }
    String inside = window.cut(text);
    if (name.equals("count")) {
      return count(inside, part);
    }
    int found = name.startsWith("r") ? inside.lastIndexOf(part) : inside.indexOf(part);
    return answer(name, found < 0 ? -1 : window.start() + Strings.toCodePoints(inside, found));
  }

  /**
   * The part of a text to look at, in code points.
   *
   * @param start may lie behind the end, where nothing is found, not even the empty text
   */
  private record Window(long start, long end) {

    static Window of(Arguments arguments, int length) {
      long start = bound(arguments.get(1, null), 0, length);
      long end = Math.min(bound(arguments.get(2, null), length, length), length);
      return new Window(start, end);
    }

    private static long bound(Object value, long fallback, int length) {
      if (value == null) {
        return fallback;
      }
      long index = Slice.clamp(value);
      return index < 0 ? Math.max(index + length, 0) : index;
    }

    boolean isEmpty() {
      return start > end;
    }

    String cut(String text) {
      return Strings.substring(text, (int) start, (int) end);
    }
  }

  private static Object answer(String name, long position) {
    if (position < 0 && name.endsWith("index")) {
      throw PythonException.valueError("substring not found");
    }
    return position;
  }

  private static long count(String text, String part) {
    if (part.isEmpty()) {
      return Strings.length(text) + 1L;
    }
    long count = 0;
    int position = text.indexOf(part);
    while (position >= 0) {
      count++;
      position = text.indexOf(part, position + part.length());
    }
    return count;
  }

  /** {@code startswith} and {@code endswith}, with one affix or a tuple of them. */
  static Object affix(String name, String text, Arguments arguments) {
    NativeCall.parsed(name, arguments, 1, 3);
    Object wanted = arguments.get(0);
    Window window = Window.of(arguments, Strings.length(text));
    String inside = window.isEmpty() ? null : window.cut(text);
    List<Object> affixes =
        wanted instanceof PythonTuple tuple ? tuple.elements() : Collections.singletonList(wanted);
    for (Object affix : affixes) {
      if (!Strings.isText(affix)) {
        throw notText(name, wanted, affix);
      }
      String value = Strings.text(affix);
      if (inside != null
          && (name.equals("startswith") ? inside.startsWith(value) : inside.endsWith(value))) {
        return true;
      }
    }
    return false;
  }

  private static PythonException notText(String name, Object wanted, Object affix) {
    if (wanted instanceof PythonTuple) {
      return PythonException.typeError(
          "tuple for " + name + " must only contain str, not " + Values.typeName(affix));
    }
    return PythonException.typeError(
        name + " first arg must be str or a tuple of str, not " + Values.typeName(affix));
  }

  /** {@code str.maketrans}: a dict from code points. */
  static PythonDict maketrans(Arguments arguments) {
    NativeCall.between("str.maketrans", arguments, 1, 3);
    PythonDict table = new PythonDict();
    if (arguments.count() == 1) {
      if (!(arguments.get(0) instanceof PythonDict dict)) {
        throw PythonException.typeError(
            "if you give only one argument to maketrans it must be a dict");
      }
      dict.entries().forEach(entry -> table.put(codePoint(entry.getKey()), entry.getValue()));
      return table;
    }
    int[] from = Strings.text(arguments.get(0)).codePoints().toArray();
    int[] to = Strings.text(arguments.get(1)).codePoints().toArray();
    if (from.length != to.length) {
      throw PythonException.valueError("the first two maketrans arguments must have equal length");
    }
    for (int i = 0; i < from.length; i++) {
      table.put((long) from[i], (long) to[i]);
    }
    if (arguments.count() == 3) {
      Strings.text(arguments.get(2)).codePoints().forEach(c -> table.put((long) c, null));
    }
    return table;
  }

  private static Object codePoint(Object key) {
    if (!Strings.isText(key)) {
      return key;
    }
    String text = Strings.text(key);
    if (Strings.length(text) != 1) {
      throw PythonException.valueError("string keys in translate table must be of length 1");
    }
    return (long) text.codePointAt(0);
  }
}
