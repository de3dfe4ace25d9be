package dev.mergefarm.eval.template.python;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/** The methods of {@code list} and {@code tuple}. */
final class SequenceMethods {

  private static final Map<String, BiFunction<List<Object>, Arguments, Object>> LIST_METHODS =
      Map.ofEntries(
          Map.entry("append", SequenceMethods::append),
          Map.entry("extend", SequenceMethods::extend),
          Map.entry("insert", SequenceMethods::insert),
          Map.entry("pop", SequenceMethods::pop),
          Map.entry("remove", SequenceMethods::remove),
          Map.entry("clear", SequenceMethods::clear),
          Map.entry("copy", SequenceMethods::copy),
          Map.entry("reverse", SequenceMethods::reverse),
          Map.entry("sort", SequenceMethods::sort),
          Map.entry("count", (list, arguments) -> count("list", list, arguments)),
          Map.entry("index", (list, arguments) -> index("list", list, arguments)));

  private SequenceMethods() {}

  static Object listMethod(List<Object> list, String name) {
    BiFunction<List<Object>, Arguments, Object> method = LIST_METHODS.get(name);
    return method == null
        ? PythonObject.MISSING
        : BuiltinFunction.method(name, list, arguments -> method.apply(list, arguments));
  }

  static Object tupleMethod(PythonTuple tuple, String name) {
    return switch (name) {
      case "count" -> BuiltinFunction.method(name, tuple, a -> count("tuple", tuple.elements(), a));
      case "index" -> BuiltinFunction.method(name, tuple, a -> index("tuple", tuple.elements(), a));
      default -> PythonObject.MISSING;
    };
  }

  private static Object append(List<Object> list, Arguments arguments) {
    Object element = NativeCall.one("list.append", arguments);
    Budget.chargeGrowth(list.size(), 1);
    list.add(element);
    return null;
  }

  private static Object extend(List<Object> list, Arguments arguments) {
    List<Object> more = Values.toList(NativeCall.one("list.extend", arguments));
    Budget.chargeValue((long) list.size() + more.size());
    list.addAll(more);
    return null;
  }

  private static Object insert(List<Object> list, Arguments arguments) {
    if (arguments.count() != 2) {
      throw PythonException.typeError("insert expected 2 arguments, got " + arguments.count());
    }
    long index = Numbers.index(arguments.get(0));
    long place = index < 0 ? Math.max(0, index + list.size()) : Math.min(index, list.size());
    Budget.chargeGrowth(list.size(), 1);
    list.add((int) place, arguments.get(1));
    return null;
  }

  private static Object pop(List<Object> list, Arguments arguments) {
    NativeCall.between("list.pop", arguments, 0, 1);
    if (list.isEmpty()) {
      throw PythonException.indexError("pop from empty list");
    }
    long index = Numbers.index(arguments.get(0, -1L));
    long place = index < 0 ? index + list.size() : index;
    if (place < 0 || place >= list.size()) {
      throw PythonException.indexError("pop index out of range");
    }
    return list.remove((int) place);
  }

  private static Object remove(List<Object> list, Arguments arguments) {
    Object element = NativeCall.one("list.remove", arguments);
    for (int i = 0; i < list.size(); i++) {
      if (Comparison.equalElements(list.get(i), element)) {
        list.remove(i);
        return null;
      }
    }
    throw PythonException.valueError("list.remove(x): x not in list");
  }

  private static Object clear(List<Object> list, Arguments arguments) {
    NativeCall.none("list.clear", arguments);
    list.clear();
    return null;
  }

  private static Object copy(List<Object> list, Arguments arguments) {
    NativeCall.none("list.copy", arguments);
    Budget.charge(list.size());
    return new ArrayList<>(list);
  }

  private static Object reverse(List<Object> list, Arguments arguments) {
    NativeCall.none("list.reverse", arguments);
    Collections.reverse(list);
    return null;
  }

  private static Object sort(List<Object> list, Arguments arguments) {
    if (arguments.count() > 0) {
      throw PythonException.typeError("sort() takes no positional arguments");
    }
    Object[] values =
        NativeCall.named("sort", arguments, List.of("key", "reverse"), null, Boolean.FALSE);
    Comparator<Object> order = Comparison.natural();
    Comparator<Object> byKey =
        values[0] == null
            ? order
            : Comparator.comparing(element -> Values.call(values[0], Arguments.of(element)), order);
    Budget.charge(list.size());
    list.sort(Values.truth(values[1]) ? byKey.reversed() : byKey);
    return null;
  }

  private static Object count(String type, List<Object> elements, Arguments arguments) {
    Object wanted = NativeCall.one(type + ".count", arguments);
    Budget.charge(elements.size());
    return elements.stream().filter(e -> Comparison.equalElements(e, wanted)).count();
  }

  private static Object index(String type, List<Object> elements, Arguments arguments) {
    NativeCall.between(type + ".index", arguments, 1, 3);
    Object wanted = arguments.get(0);
    Slice window =
        Slice.resolve(arguments.get(1, null), arguments.get(2, null), null, elements.size());
    Budget.charge(window.count());
    for (int i = 0; i < window.count(); i++) {
      if (Comparison.equalElements(elements.get(window.index(i)), wanted)) {
        return (long) window.index(i);
      }
    }
    throw PythonException.valueError(
        type.equals("list")
            ? Printer.repr(wanted) + " is not in list"
            : "tuple.index(x): x not in tuple");
  }
}
