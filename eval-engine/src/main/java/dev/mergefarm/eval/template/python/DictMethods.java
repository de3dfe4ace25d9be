package dev.mergefarm.eval.template.python;

import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/** The methods of {@code dict}, and its constructor. */
public final class DictMethods {

  private static final Map<String, BiFunction<PythonDict, Arguments, Object>> METHODS =
      Map.ofEntries(
          Map.entry("get", DictMethods::get),
          Map.entry("keys", (dict, a) -> view(dict, a, "keys", DictView.Part.KEYS)),
          Map.entry("values", (dict, a) -> view(dict, a, "values", DictView.Part.VALUES)),
          Map.entry("items", (dict, a) -> view(dict, a, "items", DictView.Part.ITEMS)),
          Map.entry("copy", DictMethods::copy),
          Map.entry("pop", DictMethods::pop),
          Map.entry("popitem", DictMethods::popitem),
          Map.entry("setdefault", DictMethods::setdefault),
          Map.entry("update", DictMethods::update),
          Map.entry("clear", DictMethods::clear),
          Map.entry("fromkeys", DictMethods::fromkeys));

  private DictMethods() {}

  static Object method(PythonDict dict, String name) {
    BiFunction<PythonDict, Arguments, Object> method = METHODS.get(name);
    return method == null
        ? PythonObject.MISSING
        : BuiltinFunction.method(name, dict, arguments -> method.apply(dict, arguments));
  }

  /** {@code dict(...)}: from a mapping or pairs, and keywords. */
  public static PythonDict create(Arguments arguments) {
    PythonDict dict = new PythonDict();
    merge("dict", dict, arguments);
    return dict;
  }

  private static Object get(PythonDict dict, Arguments arguments) {
    NativeCall.between("dict.get", arguments, 1, 2);
    return dict.get(arguments.get(0), arguments.get(1, null));
  }

  private static Object view(
      PythonDict dict, Arguments arguments, String name, DictView.Part part) {
    NativeCall.none("dict." + name, arguments);
    return new DictView(dict, part);
  }

  private static Object copy(PythonDict dict, Arguments arguments) {
    NativeCall.none("dict.copy", arguments);
    return new PythonDict(dict);
  }

  private static Object pop(PythonDict dict, Arguments arguments) {
    NativeCall.between("dict.pop", arguments, 1, 2);
    Object value = dict.remove(arguments.get(0));
    if (value != PythonObject.MISSING) {
      return value;
    }
    if (arguments.count() == 1) {
      throw PythonException.keyError(arguments.get(0));
    }
    return arguments.get(1);
  }

  private static Object popitem(PythonDict dict, Arguments arguments) {
    NativeCall.none("dict.popitem", arguments);
    if (dict.size() == 0) {
      throw new PythonException(PythonException.Kind.KEY_ERROR, "'popitem(): dictionary is empty'");
    }
    Map.Entry<Object, Object> last = dict.entries().getLast();
    dict.remove(last.getKey());
    return PythonTuple.of(last.getKey(), last.getValue());
  }

  private static Object setdefault(PythonDict dict, Arguments arguments) {
    NativeCall.between("dict.setdefault", arguments, 1, 2);
    if (!dict.containsKey(arguments.get(0))) {
      dict.put(arguments.get(0), arguments.get(1, null));
    }
    return dict.get(arguments.get(0), null);
  }

  private static Object update(PythonDict dict, Arguments arguments) {
    merge("update", dict, arguments);
    return null;
  }

  private static void merge(String function, PythonDict dict, Arguments arguments) {
    if (arguments.count() > 1) {
      throw PythonException.typeError(
          function + " expected at most 1 argument, got " + arguments.count());
    }
    if (arguments.count() == 1) {
      mergeFrom(dict, arguments.get(0));
    }
    dict.putAll(arguments.keywordDict());
  }

  private static void mergeFrom(PythonDict dict, Object source) {
    if (source instanceof PythonDict other) {
      dict.putAll(other);
      return;
    }
    List<Object> pairs = Values.toList(source);
    for (int i = 0; i < pairs.size(); i++) {
      if (!Values.isIterable(pairs.get(i))) {
        throw PythonException.typeError(
            "cannot convert dictionary update sequence element #" + i + " to a sequence");
      }
      List<Object> pair = Values.toList(pairs.get(i));
      if (pair.size() != 2) {
        throw PythonException.valueError(
            "dictionary update sequence element #"
                + i
                + " has length "
                + pair.size()
                + "; 2 is required");
      }
      dict.put(pair.get(0), pair.get(1));
    }
  }

  private static Object clear(PythonDict dict, Arguments arguments) {
    NativeCall.none("dict.clear", arguments);
    dict.clear();
    return null;
  }

  private static Object fromkeys(PythonDict dict, Arguments arguments) {
    NativeCall.between("dict.fromkeys", arguments, 1, 2);
    PythonDict result = new PythonDict();
    Values.toList(arguments.get(0)).forEach(key -> result.put(key, arguments.get(1, null)));
    return result;
  }
}
