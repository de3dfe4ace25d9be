package dev.mergefarm.eval.function.rows;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Python source as logical lines of tokens. Reads what row filters are made of and gives up on
 * anything unusual: a reader that is never sure leaves the source to Python itself.
 */
final class PythonLines {

  /** The kinds of tokens. */
  enum Kind {
    NAME,
    NUMBER,
    STRING,
    /** A string with places to fill in. */
    FORMAT,
    OPERATOR
  }

  record Token(Kind kind, String text) {

    boolean is(String wanted) {
      return text.equals(wanted) && (kind == Kind.NAME || kind == Kind.OPERATOR);
    }
  }

  /**
   * @param indented whether the line belongs to the one before it
   */
  record Line(boolean indented, List<Token> tokens) {

    boolean startsWith(String first) {
      return tokens.getFirst().is(first);
    }
  }

  private static final Pattern TOKEN =
      Pattern.compile(
          "(?<blank>[ \\t]+|\\\\\\n|#[^\\n]*)"
              + "|(?<string>(?i:rb|br|fr|rf|[rbuf])?(?<quotes>\"\"\"|'''|\"|'))"
              + "|(?<name>[\\p{L}_][\\p{L}\\p{N}_]*)"
              + "|(?<number>[0-9][0-9A-Za-z_.]*)"
              + "|(?<operator>->|:=|\\*\\*|//|==|!=|<=|>=|<<|>>|[-+*/%@&|^~<>=.,:;()\\[\\]{}])"
              + "|(?<end>\\n)",
          Pattern.DOTALL);

  private final List<Line> lines = new ArrayList<>();
  private List<Token> open = new ArrayList<>();
  private boolean indented;
  private int depth;

  private PythonLines() {}

  /**
   * @return empty where the source holds something that is not understood
   */
  static Optional<List<Line>> read(String source) {
    PythonLines reader = new PythonLines();
    String text = source.replace("\r\n", "\n").replace('\r', '\n') + "\n";
    return reader.take(text) ? Optional.of(List.copyOf(reader.lines)) : Optional.empty();
  }

  private boolean take(String text) {
    Matcher matcher = TOKEN.matcher(text);
    int place = 0;
    boolean atStart = true;
    while (place < text.length()) {
      if (!matcher.find(place) || matcher.start() != place) {
        return false;
      }
      if (open.isEmpty() && atStart) {
        indented = matcher.group("blank") != null && !matcher.group("blank").startsWith("#");
      }
      if (matcher.group("end") != null) {
        endLine();
        atStart = depth == 0;
      } else if (matcher.group("blank") == null) {
        int end = matcher.group("string") == null ? matcher.end() : end(text, matcher);
        if (end < 0) {
          return false;
        }
        add(token(matcher, text.substring(place, end)));
        place = end;
        atStart = false;
        continue;
      } else {
        atStart = false;
      }
      place = matcher.end();
    }
    return depth == 0;
  }

  /** The end of a string that starts here; -1 where it has none. */
  private static int end(String text, Matcher start) {
    String quotes = start.group("quotes");
    for (int place = start.end(); place < text.length(); place++) {
      char c = text.charAt(place);
      if (text.startsWith(quotes, place)) {
        return place + quotes.length();
      }
      if (c == '\\') {
        place++;
      } else if (c == '\n' && quotes.length() == 1) {
        return -1;
      }
    }
    return -1;
  }

  private static Token token(Matcher matcher, String text) {
    if (matcher.group("string") != null) {
      boolean format = text.substring(0, Math.min(2, text.length())).matches("(?i)f.|rf");
      return new Token(format ? Kind.FORMAT : Kind.STRING, text);
    }
    if (matcher.group("name") != null) {
      return new Token(Kind.NAME, text);
    }
    return new Token(matcher.group("number") != null ? Kind.NUMBER : Kind.OPERATOR, text);
  }

  private void add(Token token) {
    open.add(token);
    if (token.kind() == Kind.OPERATOR) {
      depth += "([{".contains(token.text()) ? 1 : ")]}".contains(token.text()) ? -1 : 0;
    }
  }

  private void endLine() {
    if (depth == 0 && !open.isEmpty()) {
      lines.add(new Line(indented, List.copyOf(open)));
      open = new ArrayList<>();
    }
  }
}
