package dev.mergefarm.eval.template;

import dev.mergefarm.eval.template.python.Markup;
import dev.mergefarm.eval.template.python.MarkupMethods;
import dev.mergefarm.eval.template.python.Printer;
import dev.mergefarm.eval.template.python.PythonDict;
import dev.mergefarm.eval.template.python.PythonException;
import dev.mergefarm.eval.template.python.PythonObject;
import dev.mergefarm.eval.template.python.Signature;
import dev.mergefarm.eval.template.python.Strings;
import dev.mergefarm.eval.template.python.Values;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Filters that make or undo HTML and URLs. */
final class MarkupFilters {

  private static final String UNRESERVED =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-~";

  private MarkupFilters() {}

  static void addTo(Filters filters) {
    filters.addBuiltin(Set.of("e", "escape"), "escape", Markup::escape);
    filters.add(
        "forceescape",
        Signature.of("do_forceescape", "value"),
        (c, a) -> new Markup(Markup.escapeText(Printer.str(a[0]))));
    filters.add(
        "safe", Signature.of("do_mark_safe", "value"), (c, a) -> new Markup(Printer.str(a[0])));
    filters.add(
        "striptags",
        Signature.of("do_striptags", "value"),
        (c, a) -> MarkupMethods.striptags(Printer.str(a[0])));
    filters.add("urlencode", Signature.of("do_urlencode", "value"), (c, a) -> urlEncode(a[0]));
    filters.add(
        "xmlattr",
        Signature.of("do_xmlattr", "d", "autospace").withDefaults(true).withImplicit(1),
        MarkupFilters::xmlAttributes);
    filters.add(
        "urlize",
        Signature.of(
                "do_urlize",
                "value",
                "trim_url_limit",
                "nofollow",
                "target",
                "rel",
                "extra_schemes")
            .withDefaults(null, false, null, null, null)
            .withImplicit(1),
        Urlize::filter);
  }

  private static Object urlEncode(Object value) {
    if (Strings.isText(value) || !Values.isIterable(value)) {
      return quote(value, false);
    }
    List<Object> pairs = new ArrayList<>();
    if (value instanceof PythonDict dict) {
      for (Map.Entry<Object, Object> entry : dict.entries()) {
        pairs.add(pair(entry.getKey(), entry.getValue()));
      }
    } else {
      for (Object element : Values.toList(value)) {
        if (!Values.isIterable(element)) {
          throw PythonException.typeError(
              "cannot unpack non-iterable " + Values.typeName(element) + " object");
        }
        List<Object> parts = Values.toList(element);
        if (parts.size() != 2) {
          throw PythonException.valueError(
              parts.size() > 2
                  ? "too many values to unpack (expected 2)"
                  : "not enough values to unpack (expected 2, got " + parts.size() + ")");
        }
        pairs.add(pair(parts.get(0), parts.get(1)));
      }
    }
    return String.join("&", pairs.stream().map(Strings::text).toList());
  }

  private static String pair(Object key, Object value) {
    return quote(key, true) + "=" + quote(value, true);
  }

  private static String quote(Object value, boolean query) {
    StringBuilder result = new StringBuilder();
    for (byte b : Printer.str(value).getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xff);
      if (UNRESERVED.indexOf(c) >= 0 || (c == '/' && !query)) {
        result.append(c);
      } else if (c == ' ' && query) {
        result.append('+');
      } else {
        result.append(String.format("%%%02X", (int) c));
      }
    }
    return result.toString();
  }

  private static Object xmlAttributes(Filters.Call call, Object[] a) {
    if (!(a[0] instanceof PythonDict dict)) {
      if (a[0] instanceof PythonObject object) {
        object.requireOperand();
      }
      throw PythonException.attributeError(a[0], "items");
    }
    StringBuilder result = new StringBuilder();
    for (Map.Entry<Object, Object> entry : dict.entries()) {
      if (entry.getValue() == null || entry.getValue() instanceof UndefinedValue) {
        continue;
      }
      String key = attributeName(entry.getKey());
      boolean spaced = !result.isEmpty() || Values.truth(a[1]);
      result
          .append(spaced ? " " : "")
          .append(Markup.escapeText(key))
          .append("=\"")
          .append(Markup.escape(entry.getValue()).text())
          .append('"');
    }
    return call.autoescape() ? new Markup(result.toString()) : result.toString();
  }

  private static String attributeName(Object key) {
    if (!Strings.isText(key)) {
      throw PythonException.typeError(
          "expected string or bytes-like object, got '" + Values.typeName(key) + "'");
    }
    String name = Strings.text(key);
    if (name.chars().anyMatch(c -> " \t\n\r\f\u000b/>=".indexOf(c) >= 0)) {
      throw PythonException.valueError("Invalid character in attribute name: " + Printer.repr(key));
    }
    return name;
  }
}
