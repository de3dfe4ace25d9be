package dev.mergefarm.eval.template;

import dev.mergefarm.eval.template.python.Budget;
import dev.mergefarm.eval.template.python.Comparison;
import dev.mergefarm.eval.template.python.Markup;
import dev.mergefarm.eval.template.python.Numbers;
import dev.mergefarm.eval.template.python.Printer;
import dev.mergefarm.eval.template.python.PythonDict;
import dev.mergefarm.eval.template.python.PythonException;
import dev.mergefarm.eval.template.python.PythonTuple;
import dev.mergefarm.eval.template.python.Strings;
import dev.mergefarm.eval.template.python.Values;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** {@code json.dumps}, as the two dialects' {@code tojson} filters call it. */
final class JsonPrinter {

  private static final int DEEPEST = 200;

  private final StringBuilder result = new StringBuilder();
  private final boolean ascii;
  private final String indent;
  private final String itemSeparator;
  private final String keySeparator;
  private final boolean sortKeys;
  private int depth;

  private JsonPrinter(
      boolean ascii, String indent, String itemSeparator, String keySeparator, boolean sortKeys) {
    this.ascii = ascii;
    this.indent = indent;
    this.itemSeparator = itemSeparator;
    this.keySeparator = keySeparator;
    this.sortKeys = sortKeys;
  }

  /** Plain Jinja2's form: sorted keys, ASCII, safe inside HTML. */
  static Markup htmlSafe(Object value, Object indent) {
    JsonPrinter printer =
        new JsonPrinter(true, indentText(indent), indent == null ? ", " : ",", ": ", true);
    printer.print(value);
    return new Markup(
        printer
            .result
            .toString()
            .replace("<", "\\u003c")
            .replace(">", "\\u003e")
            .replace("&", "\\u0026")
            .replace("'", "\\u0027"));
  }

  /**
   * The form of chat templates.
   *
   * @param a value, whether ASCII only, indent, separators, whether keys are sorted
   */
  static String print(Object[] a) {
    String item = a[2] == null ? ", " : ",";
    String key = ": ";
    if (a[3] != null) {
      List<Object> separators = Values.toList(a[3]);
      item = Strings.text(separators.get(0));
      key = Strings.text(separators.get(1));
    }
    JsonPrinter printer =
        new JsonPrinter(Values.truth(a[1]), indentText(a[2]), item, key, Values.truth(a[4]));
    printer.print(a[0]);
    return printer.result.toString();
  }

  private static String indentText(Object indent) {
    if (indent == null) {
      return null;
    }
    return Strings.isText(indent)
        ? Strings.text(indent)
        : Strings.repeat(" ", Numbers.index(indent));
  }

  private void print(Object value) {
    int before = result.length();
    switch (value) {
      case null -> result.append("null");
      case Boolean flag -> result.append(flag.booleanValue());
      case String text -> quote(text);
      case Markup markup -> quote(markup.text());
      case Double number -> result.append(number(number));
      case List<?> list -> elements(Values.list(list));
      case PythonTuple tuple -> elements(tuple.elements());
      case PythonDict dict -> entries(dict);
      default -> {
        if (!Numbers.isInteger(value)) {
          throw PythonException.typeError(
              "Object of type " + shortName(value) + " is not JSON serializable");
        }
        result.append(Printer.str(value));
      }
    }
    Budget.chargeGrowth(result.length(), result.length() - before);
  }

  private static String shortName(Object value) {
    String name = Values.typeName(value);
    return name.substring(name.lastIndexOf('.') + 1);
  }

  private static String number(double value) {
    if (Double.isNaN(value)) {
      return "NaN";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "Infinity" : "-Infinity";
    }
    return Numbers.text(value);
  }

  private void deeper() {
    if (++depth > DEEPEST) {
      throw PythonException.valueError("Circular reference detected");
    }
  }

  private void newLine() {
    if (indent != null) {
      result.append('\n').append(indent.repeat(depth));
    }
  }

  private void elements(List<Object> elements) {
    if (elements.isEmpty()) {
      result.append("[]");
      return;
    }
    result.append('[');
    deeper();
    for (int i = 0; i < elements.size(); i++) {
      result.append(i == 0 ? "" : itemSeparator);
      newLine();
      print(elements.get(i));
    }
    depth--;
    newLine();
    result.append(']');
  }

  private void entries(PythonDict dict) {
    if (dict.size() == 0) {
      result.append("{}");
      return;
    }
    result.append('{');
    deeper();
    String separator = "";
    for (Map.Entry<Object, Object> entry : ordered(dict)) {
      result.append(separator);
      separator = itemSeparator;
      newLine();
      quote(key(entry.getKey()));
      result.append(keySeparator);
      print(entry.getValue());
    }
    depth--;
    newLine();
    result.append('}');
  }

  private List<Map.Entry<Object, Object>> ordered(PythonDict dict) {
    List<Map.Entry<Object, Object>> entries = new ArrayList<>(dict.entries());
    if (sortKeys) {
      Comparator<Object> natural = Comparison.natural();
      entries.sort((x, y) -> natural.compare(x.getKey(), y.getKey()));
    }
    return entries;
  }

  private static String key(Object key) {
    return switch (key) {
      case null -> "null";
      case Boolean flag -> flag.toString();
      case Double number -> number(number);
      default -> {
        if (!Strings.isText(key) && !Numbers.isInteger(key)) {
          throw PythonException.typeError(
              "keys must be str, int, float, bool or None, not " + shortName(key));
        }
        yield Printer.str(key);
      }
    };
  }

  private void quote(String text) {
    result.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> result.append("\\\"");
        case '\\' -> result.append("\\\\");
        case '\n' -> result.append("\\n");
        case '\r' -> result.append("\\r");
        case '\t' -> result.append("\\t");
        case '\f' -> result.append("\\f");
        case '\b' -> result.append("\\b");
        default -> {
          if (c < 0x20 || (ascii && c > 0x7e)) {
            result.append(String.format("\\u%04x", (int) c));
          } else {
            result.append(c);
          }
        }
      }
    }
    result.append('"');
  }
}
