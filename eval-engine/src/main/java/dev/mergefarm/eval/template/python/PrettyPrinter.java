package dev.mergefarm.eval.template.python;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** {@code pprint.pformat} of plain values: keys sorted, containers broken at 80 columns. */
public final class PrettyPrinter {

  private static final int WIDTH = 80;

  private final StringBuilder result = new StringBuilder();

  private PrettyPrinter() {}

  public static String print(Object value) {
    PrettyPrinter printer = new PrettyPrinter();
    printer.print(value, 0, 0);
    return printer.result.toString();
  }

  /**
   * @param indent column where the value starts
   * @param allowance columns that closing brackets behind it will take
   */
  private void print(Object value, int indent, int allowance) {
    String flat = flat(value);
    Budget.charge(flat.length());
    if (flat.length() <= WIDTH - indent - allowance) {
      result.append(flat);
      return;
    }
    switch (value) {
      case PythonDict dict when dict.size() > 0 -> entries(dict, indent, allowance);
      case List<?> list when !list.isEmpty() ->
          elements("[", Values.list(list), "]", indent, allowance);
      case PythonTuple tuple when !tuple.elements().isEmpty() ->
          elements(
              "(", tuple.elements(), tuple.elements().size() == 1 ? ",)" : ")", indent, allowance);
      case null, default -> result.append(flat);
    }
  }

  private static String flat(Object value) {
    return Printer.repr(sorted(value));
  }

  /** The same value with the keys of every dict in order. */
  private static Object sorted(Object value) {
    return switch (value) {
      case PythonDict dict -> {
        PythonDict ordered = new PythonDict();
        entries(dict).forEach(e -> ordered.put(e.getKey(), sorted(e.getValue())));
        yield ordered;
      }
      case List<?> list -> {
        List<Object> copy = new ArrayList<>();
        list.forEach(element -> copy.add(sorted(element)));
        yield copy;
      }
      case PythonTuple tuple ->
          PythonTuple.copyOf(Values.list((List<?>) sorted(new ArrayList<>(tuple.elements()))));
      case null, default -> value;
    };
  }

  private static List<Map.Entry<Object, Object>> entries(PythonDict dict) {
    List<Map.Entry<Object, Object>> entries = new ArrayList<>(dict.entries());
    Comparator<Object> natural = Comparison.natural();
    try {
      entries.sort((x, y) -> natural.compare(x.getKey(), y.getKey()));
    } catch (PythonException e) {
      // Keys without an order keep theirs by type name, as Python's own fallback has it.
      entries.sort(Comparator.comparing(entry -> Values.typeName(entry.getKey())));
    }
    return entries;
  }

  private void entries(PythonDict dict, int indent, int allowance) {
    result.append('{');
    List<Map.Entry<Object, Object>> entries = entries(dict);
    for (int i = 0; i < entries.size(); i++) {
      String key = Printer.repr(entries.get(i).getKey());
      result.append(key).append(": ");
      boolean last = i == entries.size() - 1;
      print(entries.get(i).getValue(), indent + key.length() + 3, last ? allowance + 1 : 1);
      result.append(last ? "}" : ",\n" + " ".repeat(indent + 1));
    }
  }

  private void elements(
      String open, List<Object> elements, String close, int indent, int allowance) {
    result.append(open);
    for (int i = 0; i < elements.size(); i++) {
      boolean last = i == elements.size() - 1;
      print(elements.get(i), indent + 1, last ? allowance + close.length() : 1);
      result.append(last ? close : ",\n" + " ".repeat(indent + 1));
    }
  }
}
