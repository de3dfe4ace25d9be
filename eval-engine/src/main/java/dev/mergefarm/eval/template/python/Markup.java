package dev.mergefarm.eval.template.python;

import java.util.Iterator;

/**
 * A text marked as safe HTML, as the {@code escape} filter makes. It is a {@code str} in every
 * respect except that text joined to it is escaped.
 *
 * @param text already escaped
 */
public record Markup(String text) implements PythonObject {

  /** HTML-escapes the printed form of a value; markup stays as it is. */
  public static Markup escape(Object value) {
    return value instanceof Markup markup ? markup : new Markup(escapeText(Printer.str(value)));
  }

  /** Replaces the five characters that mean something in HTML. */
  public static String escapeText(String text) {
    StringBuilder result = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '&' -> result.append("&amp;");
        case '<' -> result.append("&lt;");
        case '>' -> result.append("&gt;");
        case '"' -> result.append("&#34;");
        case '\'' -> result.append("&#39;");
        default -> result.append(c);
      }
    }
    return result.toString();
  }

  @Override
  public String typeName() {
    return "Markup";
  }

  @Override
  public String moduleName() {
    return "markupsafe.";
  }

  @Override
  public String repr() {
    return "Markup(" + Printer.repr(text) + ")";
  }

  @Override
  public String str() {
    return text;
  }

  @Override
  public boolean truth() {
    return !text.isEmpty();
  }

  @Override
  public Iterator<Object> iterate() {
    return Strings.characters(text);
  }

  @Override
  public long length() {
    return Strings.length(text);
  }

  @Override
  public Object item(Object key) {
    return new Markup(Strings.element(text, key));
  }

  @Override
  public Object attribute(String name) {
    return MarkupMethods.method(this, name);
  }

  @Override
  public boolean same(Object other) {
    return other instanceof Markup markup ? text.equals(markup.text) : text.equals(other);
  }
}
