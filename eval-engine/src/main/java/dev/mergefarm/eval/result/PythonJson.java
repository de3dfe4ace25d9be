package dev.mergefarm.eval.result;

import dev.mergefarm.eval.template.PythonLiteral;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;

/**
 * Writes JSON exactly as Python's {@code json.dumps} with {@code ensure_ascii=False} does, because
 * hashes of documents are taken over its text.
 */
final class PythonJson {

  private final StringBuilder out = new StringBuilder();
  private final int indent;

  private PythonJson(int indent) {
    this.indent = indent;
  }

  /** On one line. */
  static String compact(Object value) {
    PythonJson json = new PythonJson(0);
    json.write(value, 0);
    return json.out.toString();
  }

  /** On many lines, two spaces deeper for each level. */
  static String indented(Object value) {
    PythonJson json = new PythonJson(2);
    json.write(value, 0);
    return json.out.toString();
  }

  private void write(Object value, int level) {
    switch (value) {
      case null -> out.append("null");
      case String text -> text(text);
      case Boolean flag -> out.append(flag);
      case Double number -> out.append(number(number));
      case Number number -> out.append(number);
      case Optional<?> optional -> write(optional.orElse(null), level);
      case Map<?, ?> map -> map(map, level);
      case Iterable<?> items -> items(items.iterator(), level);
      default -> text(value.toString());
    }
  }

  private static String number(double number) {
    if (Double.isNaN(number)) {
      return "NaN";
    }
    if (Double.isInfinite(number)) {
      return number > 0 ? "Infinity" : "-Infinity";
    }
    return PythonLiteral.repr(number);
  }

  private void map(Map<?, ?> map, int level) {
    if (map.isEmpty()) {
      out.append("{}");
      return;
    }
    out.append('{');
    String separator = "";
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      out.append(separator);
      newLine(level + 1);
      text(String.valueOf(entry.getKey()));
      out.append(": ");
      write(entry.getValue(), level + 1);
      separator = separator();
    }
    newLine(level);
    out.append('}');
  }

  private void items(Iterator<?> items, int level) {
    if (!items.hasNext()) {
      out.append("[]");
      return;
    }
    out.append('[');
    String separator = "";
    while (items.hasNext()) {
      out.append(separator);
      newLine(level + 1);
      write(items.next(), level + 1);
      separator = separator();
    }
    newLine(level);
    out.append(']');
  }

  private String separator() {
    return indent == 0 ? ", " : ",";
  }

  private void newLine(int level) {
    if (indent > 0) {
      out.append('\n').append(" ".repeat(indent * level));
    }
  }

  private void text(String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        default -> {
          if (c < 0x20) {
            out.append("\\u%04x".formatted((int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}
