package dev.mergefarm.eval.template.python;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The methods of markup: those of {@code str}, with arguments escaped and results marked. */
public final class MarkupMethods {

  private static final Map<String, String> ENTITIES =
      Map.of("amp", "&", "lt", "<", "gt", ">", "quot", "\"", "apos", "'", "nbsp", "\u00a0");
  private static final Set<String> ESCAPING =
      Set.of("join", "replace", "center", "ljust", "rjust", "partition", "rpartition", "format");
  private static final Set<String> PLAIN =
      Set.of("maketrans", "encode", "translate", "removeprefix", "removesuffix");

  private MarkupMethods() {}

  static Object method(Markup markup, String name) {
    return switch (name) {
      case "striptags" -> BuiltinFunction.method(name, markup, a -> striptags(markup.text()));
      case "unescape" -> BuiltinFunction.method(name, markup, a -> unescape(markup.text()));
      case "__html__" -> BuiltinFunction.method(name, markup, a -> markup);
      default -> wrapped(markup, name);
    };
  }

  private static Object wrapped(Markup markup, String name) {
    if (!(StringMethods.method(markup.text(), name) instanceof BuiltinFunction method)) {
      return PythonObject.MISSING;
    }
    return BuiltinFunction.method(
        name,
        markup,
        arguments -> {
          Object result = method.call(ESCAPING.contains(name) ? escaped(arguments) : arguments);
          return PLAIN.contains(name) && !name.startsWith("remove") ? result : marked(result);
        });
  }

  private static Arguments escaped(Arguments arguments) {
    Map<String, Object> keywords = new LinkedHashMap<>();
    arguments.keywords().forEach((key, value) -> keywords.put(key, escaped(value)));
    return new Arguments(
        arguments.positional().stream().map(MarkupMethods::escaped).toList(), keywords);
  }

  private static Object escaped(Object value) {
    return switch (value) {
      case String text -> Markup.escapeText(text);
      case Markup markup -> markup.text();
      case List<?> list -> list.stream().map(MarkupMethods::escapedElement).toList();
      case PythonTuple tuple ->
          PythonTuple.copyOf(tuple.elements().stream().map(MarkupMethods::escapedElement).toList());
      case PythonIterator iterator -> escaped(Values.toList(iterator));
      case null, default -> value;
    };
  }

  private static Object escapedElement(Object value) {
    return Markup.escape(value).text();
  }

  private static Object marked(Object value) {
    return switch (value) {
      case String text -> new Markup(text);
      case List<?> list -> Values.list(list.stream().map(MarkupMethods::marked).toList());
      case PythonTuple tuple ->
          PythonTuple.copyOf(tuple.elements().stream().map(MarkupMethods::marked).toList());
      case null, default -> value;
    };
  }

  /** The text without tags and comments, entities resolved, white space collapsed. */
  public static String striptags(String text) {
    String bare = text.replaceAll("(?s)<!--.*?-->", "").replaceAll("(?s)<.*?>", "");
    Budget.charge(text.length());
    List<Object> words = StringSplitting.bySpace(bare, Long.MAX_VALUE);
    return unescape(String.join(" ", words.stream().map(Strings::text).toList()));
  }

  private static String unescape(String text) {
    StringBuilder result = new StringBuilder();
    int position = 0;
    while (position < text.length()) {
      int end = text.charAt(position) == '&' ? text.indexOf(';', position) : -1;
      String entity = end < 0 ? null : entity(text.substring(position + 1, end));
      if (entity == null) {
        result.append(text.charAt(position++));
      } else {
        result.append(entity);
        position = end + 1;
      }
    }
    return result.toString();
  }

  private static String entity(String name) {
    if (name.matches("#[0-9]{1,6}")) {
      return Character.toString(Integer.parseInt(name.substring(1)));
    }
    if (name.matches("#[xX][0-9a-fA-F]{1,5}")) {
      return Character.toString(Integer.parseInt(name.substring(2), 16));
    }
    return ENTITIES.get(name);
  }
}
