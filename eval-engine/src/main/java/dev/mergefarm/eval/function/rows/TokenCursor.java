package dev.mergefarm.eval.function.rows;

import dev.mergefarm.eval.function.rows.PythonLines.Kind;
import dev.mergefarm.eval.function.rows.PythonLines.Token;
import dev.mergefarm.eval.template.PythonLiteral;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads tokens in order. Not thread safe. */
final class TokenCursor {

  /** The source is something else than what was looked for. */
  static final class Unexpected extends Exception {
    private static final long serialVersionUID = 1L;

    Unexpected() {
      super("not understood", null, false, false);
    }
  }

  private static final Pattern PLACE = Pattern.compile("\\{(\\w+)((?:\\.\\w+\\([^(){}]*\\))*)\\}");
  private static final Pattern CALL = Pattern.compile("\\.(\\w+)\\(([^()]*)\\)");

  private final List<Token> tokens;
  private int place;

  TokenCursor(List<Token> tokens) {
    this.tokens = tokens;
  }

  boolean atEnd() {
    return place == tokens.size();
  }

  boolean nextIs(String text) {
    return !atEnd() && tokens.get(place).is(text);
  }

  /** Takes the next token if it is this one. */
  boolean take(String text) {
    boolean found = nextIs(text);
    place += found ? 1 : 0;
    return found;
  }

  TokenCursor expect(String... texts) throws Unexpected {
    for (String text : texts) {
      if (!take(text)) {
        throw new Unexpected();
      }
    }
    return this;
  }

  void expectEnd() throws Unexpected {
    if (!atEnd()) {
      throw new Unexpected();
    }
  }

  private Token next() throws Unexpected {
    if (atEnd()) {
      throw new Unexpected();
    }
    return tokens.get(place++);
  }

  String name() throws Unexpected {
    Token token = next();
    if (token.kind() != Kind.NAME) {
      throw new Unexpected();
    }
    return token.text();
  }

  boolean nextIs(Kind kind) {
    return !atEnd() && tokens.get(place).kind() == kind;
  }

  /** A text without places to fill in. */
  String string() throws Unexpected {
    Token token = next();
    if (token.kind() == Kind.STRING && PythonLiteral.parse(token.text()) instanceof String text) {
      return text;
    }
    throw new Unexpected();
  }

  /** A constant, or a name that stands for one. */
  Object value(Map<String, Object> known) throws Unexpected {
    Token token = next();
    return switch (token.kind()) {
      case STRING, NUMBER -> constant(token.text());
      case FORMAT -> filled(token.text(), known);
      case NAME ->
          switch (token.text()) {
            case "True" -> true;
            case "False" -> false;
            case "None" -> null;
            default -> known(token.text(), known);
          };
      case OPERATOR -> throw new Unexpected();
    };
  }

  private static Object constant(String text) throws Unexpected {
    Object value = PythonLiteral.parse(text);
    if (value instanceof String || value instanceof Long) {
      return value;
    }
    throw new Unexpected();
  }

  private static Object known(String name, Map<String, Object> known) throws Unexpected {
    if (!known.containsKey(name)) {
      throw new Unexpected();
    }
    return known.get(name);
  }

  /** {@code f"..."} whose places are names of texts, with simple methods. */
  private static String filled(String literal, Map<String, Object> known) throws Unexpected {
    String text = String.valueOf(PythonLiteral.parse(literal.replaceFirst("[fF]", "")));
    Matcher places = PLACE.matcher(text);
    StringBuilder filled = new StringBuilder();
    while (places.find()) {
      if (!(known.get(places.group(1)) instanceof String value)) {
        throw new Unexpected();
      }
      places.appendReplacement(filled, "");
      filled.append(changed(value, places.group(2)));
    }
    int rest = filled.length();
    places.appendTail(filled);
    boolean plain = PLACE.matcher(text).replaceAll("").chars().noneMatch(c -> c == '{' || c == '}');
    if (!plain || rest > filled.length()) {
      throw new Unexpected();
    }
    return filled.toString();
  }

  private static String changed(String text, String calls) throws Unexpected {
    Matcher each = CALL.matcher(calls);
    String result = text;
    while (each.find()) {
      result =
          switch (each.group(1)) {
            case "lower" -> ascii(result).toLowerCase(Locale.ROOT);
            case "upper" -> ascii(result).toUpperCase(Locale.ROOT);
            case "replace" -> replaced(result, each.group(2));
            default -> throw new Unexpected();
          };
    }
    return result;
  }

  /** Other letters change their case by rules of their own. */
  private static String ascii(String text) throws Unexpected {
    if (text.chars().anyMatch(c -> c > 126)) {
      throw new Unexpected();
    }
    return text;
  }

  private static String replaced(String text, String arguments) throws Unexpected {
    if (PythonLiteral.parse("[" + arguments + "]") instanceof List<?> pair
        && pair.size() == 2
        && pair.get(0) instanceof String old
        && !old.isEmpty()
        && pair.get(1) instanceof String replacement) {
      return text.replace(old, replacement);
    }
    throw new Unexpected();
  }

  /** Passes over an annotation, up to a comma, a bracket or a sign that ends it. */
  void skipAnnotation() throws Unexpected {
    int depth = 0;
    while (depth > 0 || !(nextIs(",") || nextIs(")") || nextIs("=") || nextIs(":"))) {
      Token token = next();
      if (token.kind() == Kind.OPERATOR) {
        depth += "([{".contains(token.text()) ? 1 : ")]}".contains(token.text()) ? -1 : 0;
      }
    }
  }
}
