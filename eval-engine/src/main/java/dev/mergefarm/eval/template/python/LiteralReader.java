package dev.mergefarm.eval.template.python;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads Python literals into plain Java values. */
public final class LiteralReader {

  private static final int DEEPEST = 100;
  private static final Pattern FLOAT =
      Pattern.compile(
          "((\\d+(_\\d+)*)?\\.\\d+(_\\d+)*|\\d+(_\\d+)*\\.)([eE][+-]?\\d+(_\\d+)*)?"
              + "|\\d+(_\\d+)*[eE][+-]?\\d+(_\\d+)*");
  private static final Pattern INTEGER =
      Pattern.compile("0[xX](_?[0-9a-fA-F])+|0[oO](_?[0-7])+|0[bB](_?[01])+|[1-9](_?\\d)*|0(_?0)*");
  private static final Pattern STRING_START =
      Pattern.compile("([rRuUbB]|[rR][bB]|[bB][rR])?('''|\"\"\"|'|\")");

  private final String text;
  private int position;
  private int depth;

  private LiteralReader(String text) {
    this.text = text;
  }

  /**
   * @throws IllegalArgumentException where the text is no literal
   */
  public static Object read(String text) {
    LiteralReader reader = new LiteralReader(Strings.strip(text, " \t", true, false));
    Object value = reader.topLevel();
    reader.skip(true);
    if (reader.position < reader.text.length()) {
      throw reader.malformed();
    }
    return value;
  }

  private IllegalArgumentException malformed() {
    return new IllegalArgumentException(
        position < text.length()
            ? "unexpected "
                + Printer.repr(text.substring(position, text.offsetByCodePoints(position, 1)))
                + " at "
                + Strings.toCodePoints(text, position)
            : "unexpected end");
  }

  /** One value, or several with commas between, which are a tuple without parentheses. */
  private Object topLevel() {
    skip(false);
    Object first = value();
    skip(false);
    if (!at(",")) {
      return first;
    }
    List<Object> elements = new ArrayList<>();
    elements.add(first);
    while (take(",")) {
      skip(false);
      if (position == text.length() || text.charAt(position) == '\n') {
        break;
      }
      elements.add(value());
      skip(false);
    }
    return elements;
  }

  private boolean at(String wanted) {
    return text.startsWith(wanted, position);
  }

  private boolean take(String wanted) {
    boolean found = at(wanted);
    position += found ? wanted.length() : 0;
    return found;
  }

  private void require(String wanted) {
    if (!take(wanted)) {
      throw malformed();
    }
  }

  /** Skips blanks and joined lines; line ends and comments too where they mean nothing. */
  private void skip(boolean lines) {
    while (position < text.length()) {
      char c = text.charAt(position);
      if (c == ' ' || c == '\t' || c == '\f' || (lines && (c == '\n' || c == '\r'))) {
        position++;
      } else if (lines && c == '#') {
        int end = text.indexOf('\n', position);
        position = end < 0 ? text.length() : end;
      } else if (!take("\\\n")) {
        return;
      }
    }
  }

  private Object value() {
    if (++depth > DEEPEST) {
      throw new IllegalArgumentException("literals are nested deeper than " + DEEPEST);
    }
    try {
      return dispatch();
    } finally {
      depth--;
    }
  }

  private Object dispatch() {
    if (position >= text.length()) {
      throw malformed();
    }
    char c = text.charAt(position);
    return switch (c) {
      case '[' -> {
        position++;
        yield elements("]", new ArrayList<>());
      }
      case '(' -> {
        position++;
        yield parenthesised();
      }
      case '{' -> {
        position++;
        yield braced();
      }
      case '+', '-' -> {
        position++;
        skip(depth > 1);
        yield signed(value(), c == '-');
      }
      default -> c == '.' || Character.isDigit(c) ? number() : word();
    };
  }

  private Object signed(Object number, boolean negative) {
    if (!Numbers.isNumber(number) || number instanceof Boolean) {
      throw malformed();
    }
    return negative ? Operators.negate(number) : number;
  }

  private List<Object> elements(String end, List<Object> elements) {
    skip(true);
    while (!take(end)) {
      elements.add(value());
      skip(true);
      if (!at(end)) {
        require(",");
        skip(true);
      }
    }
    return elements;
  }

  private Object parenthesised() {
    skip(true);
    if (take(")")) {
      return new ArrayList<>();
    }
    Object first = value();
    skip(true);
    if (take(")")) {
      return first;
    }
    require(",");
    List<Object> elements = new ArrayList<>();
    elements.add(first);
    return elements(")", elements);
  }

  private Object braced() {
    skip(true);
    if (take("}")) {
      return new LinkedHashMap<>();
    }
    Object first = value();
    skip(true);
    return at(":") ? dict(first) : set(first);
  }

  private Map<Object, Object> dict(Object firstKey) {
    PythonDict dict = new PythonDict();
    Object key = firstKey;
    while (true) {
      require(":");
      skip(true);
      dict.put(key, value());
      skip(true);
      boolean more = take(",");
      skip(true);
      if (take("}")) {
        Map<Object, Object> map = new LinkedHashMap<>();
        dict.entries().forEach(entry -> map.put(entry.getKey(), entry.getValue()));
        return map;
      }
      if (!more) {
        throw malformed();
      }
      key = value();
      skip(true);
    }
  }

  private List<Object> set(Object first) {
    List<Object> elements = new ArrayList<>();
    elements.add(first);
    if (!at("}")) {
      require(",");
    }
    elements("}", elements);
    Set<Object> seen = new LinkedHashSet<>();
    elements.removeIf(element -> !seen.add(HashKeys.of(element)));
    return elements;
  }

  private Object number() {
    Matcher matcher = FLOAT.matcher(text).region(position, text.length());
    Object value;
    if (matcher.lookingAt()) {
      value = Double.parseDouble(matcher.group().replace("_", ""));
    } else {
      matcher.usePattern(INTEGER);
      if (!matcher.lookingAt()) {
        throw malformed();
      }
      value = integer(matcher.group().replace("_", ""));
    }
    position = matcher.end();
    boolean glued =
        position < text.length() && (Character.isLetterOrDigit(text.charAt(position)) || at("_"));
    if (glued) {
      throw malformed();
    }
    return value;
  }

  private static Object integer(String digits) {
    return NumberReader.toInteger(digits, digits.equals("0") ? 10 : 0);
  }

  private Object word() {
    Matcher string = STRING_START.matcher(text).region(position, text.length());
    if (string.lookingAt()) {
      return strings();
    }
    for (String word : List.of("None", "True", "False", "set()")) {
      boolean whole =
          at(word)
              && (position + word.length() == text.length()
                  || !Characters.isIdentifierPart(text.codePointAt(position + word.length())));
      if (whole) {
        position += word.length();
        return switch (word) {
          case "None" -> null;
          case "set()" -> new ArrayList<>();
          default -> word.equals("True");
        };
      }
    }
    throw malformed();
  }

  /** Literals in a row are one string. */
  private Object strings() {
    StringBuilder result = new StringBuilder();
    Boolean bytes = null;
    while (true) {
      Matcher start = STRING_START.matcher(text).region(position, text.length());
      if (!start.lookingAt()) {
        break;
      }
      String prefix = start.group(1) == null ? "" : start.group(1).toLowerCase(Locale.ROOT);
      boolean isBytes = prefix.contains("b");
      if (bytes != null && bytes != isBytes) {
        throw new IllegalArgumentException("cannot mix bytes and nonbytes literals");
      }
      bytes = isBytes;
      position = start.end();
      String body = body(start.group(2));
      result.append(prefix.contains("r") ? body : StringEscapes.decode(body));
      skip(depth > 1);
    }
    return Boolean.TRUE.equals(bytes)
        ? result.toString().getBytes(StandardCharsets.ISO_8859_1)
        : result.toString();
  }

  private String body(String quote) {
    int start = position;
    while (!at(quote)) {
      boolean cut =
          position >= text.length() || (quote.length() == 1 && text.charAt(position) == '\n');
      if (cut) {
        throw new IllegalArgumentException("unterminated string literal");
      }
      position += text.charAt(position) == '\\' ? 2 : 1;
    }
    String body = text.substring(start, position);
    position += quote.length();
    return body;
  }
}
