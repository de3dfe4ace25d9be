package dev.mergefarm.eval.template.python;

import java.util.Arrays;
import java.util.List;

/** Checks the arguments of built-in methods, with the words that CPython has for each mistake. */
final class NativeCall {

  private NativeCall() {}

  /**
   * @param method with its type, such as {@code str.upper}
   */
  static void none(String method, Arguments arguments) {
    noKeywords(method, arguments);
    if (arguments.count() > 0) {
      throw PythonException.typeError(
          method + "() takes no arguments (" + arguments.count() + " given)");
    }
  }

  static Object one(String method, Arguments arguments) {
    noKeywords(method, arguments);
    if (arguments.count() != 1) {
      throw PythonException.typeError(
          method + "() takes exactly one argument (" + arguments.count() + " given)");
    }
    return arguments.get(0);
  }

  static void between(String method, Arguments arguments, int least, int most) {
    noKeywords(method, arguments);
    String name = method.substring(method.indexOf('.') + 1);
    int count = arguments.count();
    if (count < least) {
      throw PythonException.typeError(
          name + " expected at least " + plural(least) + ", got " + count);
    }
    if (count > most) {
      throw PythonException.typeError(
          name + " expected at most " + plural(most) + ", got " + count);
    }
  }

  /** The older form of the same check, which {@code find} and its like have. */
  static void parsed(String name, Arguments arguments, int least, int most) {
    if (!arguments.keywords().isEmpty()) {
      throw PythonException.typeError("str." + name + "() takes no keyword arguments");
    }
    int count = arguments.count();
    if (count < least || count > most) {
      int limit = count < least ? least : most;
      throw PythonException.typeError(
          name
              + "() takes at "
              + (count < least ? "least " : "most ")
              + plural(limit)
              + " ("
              + count
              + " given)");
    }
  }

  /** Positional or keyword parameters with defaults; unknown keywords are refused. */
  static Object[] named(String name, Arguments arguments, List<String> names, Object... defaults) {
    if (arguments.count() + arguments.keywords().size() > names.size()) {
      int given = arguments.count() + arguments.keywords().size();
      throw PythonException.typeError(
          name + "() takes at most " + plural(names.size()) + " (" + given + " given)");
    }
    Object[] values = Arrays.copyOf(defaults, defaults.length);
    for (int i = 0; i < arguments.count(); i++) {
      values[i] = arguments.get(i);
    }
    arguments
        .keywords()
        .forEach(
            (key, value) -> {
              int index = names.indexOf(key);
              if (index < 0) {
                throw PythonException.typeError(
                    "'" + key + "' is an invalid keyword argument for " + name + "()");
              }
              if (index < arguments.count()) {
                throw PythonException.typeError(
                    "argument for "
                        + name
                        + "() given by name ('"
                        + key
                        + "') and position ("
                        + (index + 1)
                        + ")");
              }
              values[index] = value;
            });
    return values;
  }

  private static void noKeywords(String method, Arguments arguments) {
    if (!arguments.keywords().isEmpty()) {
      throw PythonException.typeError(method + "() takes no keyword arguments");
    }
  }

  private static String plural(int count) {
    return count + " argument" + (count == 1 ? "" : "s");
  }

  /** An argument that must be a text. */
  static String text(String method, int position, Arguments arguments) {
    Object value = arguments.get(position);
    if (!Strings.isText(value)) {
      throw PythonException.typeError(
          method + "() argument " + (position + 1) + " must be str, not " + shown(value));
    }
    return Strings.text(value);
  }

  static String shown(Object value) {
    return value == null ? "None" : Values.typeName(value);
  }
}
