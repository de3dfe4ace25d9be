package dev.mergefarm.eval.template.python;

import java.math.BigInteger;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** Python's {@code str} and {@code repr}. */
public final class Printer {

  private static final int DEEPEST = 200;

  private final StringBuilder result = new StringBuilder();
  private final Map<Object, Boolean> open = new IdentityHashMap<>();

  private Printer() {}

  /** {@code str(value)}. */
  public static String str(Object value) {
    return switch (value) {
      case String text -> text;
      case LocalDateTime time -> Dates.text(time, ' ');
      case LocalDate date -> date.toString();
      case LocalTime time -> Dates.text(time);
      case PythonTuple tuple -> repr(tuple);
      case PythonDict dict -> repr(dict);
      case PythonObject object -> object.str();
      case null, default -> repr(value);
    };
  }

  /** {@code repr(value)}. */
  public static String repr(Object value) {
    Printer printer = new Printer();
    printer.print(value);
    return printer.result.toString();
  }

  private void print(Object value) {
    int before = result.length();
    switch (value) {
      case null -> result.append("None");
      case Boolean flag -> result.append(flag ? "True" : "False");
      case Long number -> result.append(number.longValue());
      case BigInteger number -> result.append(Numbers.text(number));
      case Double number -> result.append(Numbers.text(number));
      case String text -> quote(text);
      case List<?> list -> container(value, () -> elements("[", list, "]"), "[...]");
      case PythonTuple tuple -> container(value, () -> tuple(tuple), "(...)");
      case PythonDict dict -> container(value, () -> entries(dict), "{...}");
      case LocalDateTime time -> result.append(Dates.repr(time));
      case LocalDate date -> result.append(Dates.repr(date));
      case LocalTime time -> result.append(Dates.repr(time));
      case PythonObject object -> result.append(object.repr());
      default -> throw new IllegalArgumentException("not a template value: " + value.getClass());
    }
    Budget.chargeGrowth(result.length(), result.length() - before);
  }

  private void container(Object value, Runnable print, String whenRecursive) {
    if (open.containsKey(value)) {
      result.append(whenRecursive);
      return;
    }
    if (open.size() >= DEEPEST) {
      throw new PythonException(
          PythonException.Kind.RECURSION_ERROR,
          "maximum recursion depth exceeded while getting the repr of an object");
    }
    open.put(value, true);
    print.run();
    open.remove(value);
  }

  private void elements(String before, List<?> elements, String after) {
    result.append(before);
    String separator = "";
    for (Object element : elements) {
      result.append(separator);
      print(element);
      separator = ", ";
    }
    result.append(after);
  }

  private void tuple(PythonTuple tuple) {
    elements("(", tuple.elements(), tuple.elements().size() == 1 ? ",)" : ")");
  }

  private void entries(PythonDict dict) {
    result.append('{');
    String separator = "";
    for (Map.Entry<Object, Object> entry : dict.entries()) {
      result.append(separator);
      print(entry.getKey());
      result.append(": ");
      print(entry.getValue());
      separator = ", ";
    }
    result.append('}');
  }

  private void quote(String text) {
    char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
    result.append(quote);
    text.codePoints().forEach(c -> escape(c, quote));
    result.append(quote);
  }

  private void escape(int c, char quote) {
    switch (c) {
      case '\\' -> result.append("\\\\");
      case '\n' -> result.append("\\n");
      case '\r' -> result.append("\\r");
      case '\t' -> result.append("\\t");
      default -> {
        if (c == quote) {
          result.append('\\').append(quote);
        } else if (Characters.isPrintable(c)) {
          result.appendCodePoint(c);
        } else {
          result.append(Characters.escape(c));
        }
      }
    }
  }
}
