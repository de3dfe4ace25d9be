package dev.mergefarm.eval.template;

import dev.mergefarm.eval.template.python.Characters;
import dev.mergefarm.eval.template.python.Printer;
import dev.mergefarm.eval.template.python.PythonException;
import dev.mergefarm.eval.template.python.StringEscapes;
import dev.mergefarm.eval.template.python.Strings;
import dev.mergefarm.eval.template.python.Values;
import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Splits a template into tokens by Jinja2's rules for white space around tags. A mistake in the
 * source becomes the last token's failure, raised when the parser gets there, so that the first
 * mistake in reading order is the one reported.
 */
final class Lexer {

  private static final Pattern SPACE = Pattern.compile("\\s+", Pattern.UNICODE_CHARACTER_CLASS);
  private static final Pattern FLOAT =
      Pattern.compile(
          "(?<!\\.)(\\d+_)*\\d+((\\.(\\d+_)*\\d+)?[eE][+\\-]?(\\d+_)*\\d+|\\.(\\d+_)*\\d+)");
  private static final Pattern INTEGER =
      Pattern.compile(
          "0[bB](_?[0-1])+|0[oO](_?[0-7])+|0[xX](_?[\\da-fA-F])+|[1-9](_?\\d)*|0(_?0)*");
  private static final Pattern NAME =
      Pattern.compile("[\\w\\u00b7\\u0387]+", Pattern.UNICODE_CHARACTER_CLASS);
  private static final Pattern STRING =
      Pattern.compile(
          "'[^'\\\\]*+(?:\\\\.[^'\\\\]*+)*+'|\"[^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+\"",
          Pattern.DOTALL);
  private static final List<String> OPERATORS =
      List.of(
          "//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{",
          "}", ">", "<", "=", ".", ":", "|", ",", ";");

  private final String source;
  private final boolean trimBlocks;
  private final boolean stripLeft;
  private final List<Token> tokens = new ArrayList<>();
  private int position;

  private Lexer(String source, TemplateOptions options) {
    this.source = source;
    this.trimBlocks = options.trimBlocks();
    this.stripLeft = options.stripLeftOfBlocks();
  }

  /**
   * @param source as read
   * @param tokens ends with a token of type END unless there is a failure
   * @param failure what is wrong behind the last token, or null
   */
  record Result(String source, List<Token> tokens, PythonException failure) {}

  /** The source with one kind of line end, and without the last one where it is not kept. */
  static String normalise(String source, boolean keepTrailingNewline) {
    String text = source.replace("\r\n", "\n").replace('\r', '\n');
    boolean cut = !keepTrailingNewline && text.endsWith("\n");
    return cut ? text.substring(0, text.length() - 1) : text;
  }

  /**
   * @param source normalised
   */
  static Result tokenize(String source, TemplateOptions options) {
    Lexer lexer = new Lexer(source, options);
    try {
      lexer.run();
      lexer.add(Token.Type.END, "", source.length());
      return new Result(source, lexer.tokens, null);
    } catch (PythonException e) {
      return new Result(source, lexer.tokens, e.at(lexer.position));
    }
  }

  private void run() {
    while (position < source.length()) {
      int tag = nextTag();
      if (tag < 0) {
        data(source.substring(position), position);
        position = source.length();
        return;
      }
      Matcher raw = matcher("\\{%([-+]?)\\s*raw\\s*(?:-%\\}\\s*|%\\})", tag);
      boolean isRaw = raw.lookingAt();
      char kind = source.charAt(tag + 1);
      char sign = isRaw ? signOf(raw.group(1)) : signAt(tag + 2);
      data(before(tag, sign, kind != '{'), position);
      if (isRaw) {
        position = raw.end();
        rawBody(tag);
      } else if (kind == '#') {
        position = tag + 2 + (sign == 0 ? 0 : 1);
        comment();
      } else {
        add(kind == '%' ? Token.Type.BLOCK_BEGIN : Token.Type.VARIABLE_BEGIN, "", tag);
        position = tag + 2 + (sign == 0 ? 0 : 1);
        tagBody(kind == '%');
      }
    }
  }

  private int nextTag() {
    for (int i = source.indexOf('{', position); i >= 0; i = source.indexOf('{', i + 1)) {
      if (i + 1 < source.length() && "%{#".indexOf(source.charAt(i + 1)) >= 0) {
        return i;
      }
    }
    return -1;
  }

  private char signAt(int index) {
    char c = index < source.length() ? source.charAt(index) : 0;
    return c == '-' || c == '+' ? c : 0;
  }

  private static char signOf(String text) {
    return text == null || text.isEmpty() ? 0 : text.charAt(0);
  }

  /** The data before a tag, without what its sign or the options strip. */
  private String before(int end, char sign, boolean strippable) {
    String text = source.substring(position, end);
    if (sign == '-') {
      return Strings.strip(text, false, true);
    }
    if (sign == '+' || !stripLeft || !strippable) {
      return text;
    }
    int lineStart = text.lastIndexOf('\n') + 1;
    boolean atLineStart = lineStart > 0 || position == 0 || source.charAt(position - 1) == '\n';
    boolean blank = Strings.strip(text.substring(lineStart), true, false).isEmpty();
    return atLineStart && blank ? text.substring(0, lineStart) : text;
  }

  private void data(String text, int offset) {
    if (!text.isEmpty()) {
      add(Token.Type.DATA, text, offset);
    }
  }

  private void add(Token.Type type, String text, int offset) {
    tokens.add(new Token(type, text, null, offset));
  }

  private Matcher matcher(String pattern, int from) {
    return at(Pattern.compile(pattern, Pattern.UNICODE_CHARACTER_CLASS), from);
  }

  private Matcher at(Pattern pattern, int from) {
    return pattern.matcher(source).region(from, source.length()).useTransparentBounds(true);
  }

  private String closing(String end) {
    return "(?:\\+" + end + "|-" + end + "\\s*|" + end + (trimBlocks ? "\\n?" : "") + ")";
  }

  private void rawBody(int tag) {
    Matcher end = matcher("\\{%([-+]?)\\s*endraw\\s*" + closing("%\\}"), position);
    if (!end.find()) {
      failUnlessAtEnd(tag, "Missing end of raw directive");
      return;
    }
    data(before(end.start(), signOf(end.group(1)), true), position);
    position = end.end();
  }

  private void comment() {
    Matcher end = matcher(closing("#\\}"), position);
    if (!end.find()) {
      failUnlessAtEnd(position, "Missing end of comment tag");
      return;
    }
    position = end.end();
  }

  /** An unclosed tag is noticed only if something follows it. */
  private void failUnlessAtEnd(int offset, String message) {
    if (position < source.length()) {
      throw error(message).at(offset);
    }
  }

  private static PythonException error(String message) {
    return new PythonException(PythonException.Kind.TEMPLATE_SYNTAX_ERROR, message);
  }

  private void tagBody(boolean block) {
    Pattern end =
        Pattern.compile(
            block ? closing("%\\}") : "-\\}\\}\\s*|\\}\\}", Pattern.UNICODE_CHARACTER_CLASS);
    Deque<Character> open = new ArrayDeque<>();
    while (position < source.length()) {
      if (open.isEmpty()) {
        Matcher closed = at(end, position);
        if (closed.lookingAt()) {
          add(block ? Token.Type.BLOCK_END : Token.Type.VARIABLE_END, "", position);
          position = closed.end();
          return;
        }
      }
      Matcher space = at(SPACE, position);
      if (space.lookingAt()) {
        position = space.end();
      } else {
        token(open);
      }
    }
  }

  private void token(Deque<Character> open) {
    int start = position;
    Matcher matcher = at(FLOAT, start);
    if (matcher.lookingAt()) {
      double value = Double.parseDouble(matcher.group().replace("_", ""));
      accept(Token.Type.FLOAT, matcher, value);
    } else if ((matcher = at(INTEGER, start)).lookingAt()) {
      accept(Token.Type.INTEGER, matcher, integer(matcher.group().replace("_", "")));
    } else if ((matcher = at(NAME, start)).lookingAt()) {
      if (!Characters.isIdentifier(matcher.group())) {
        throw error("Invalid character in identifier");
      }
      accept(Token.Type.NAME, matcher, null);
    } else if ((matcher = at(STRING, start)).lookingAt()) {
      String body = matcher.group().substring(1, matcher.group().length() - 1);
      accept(Token.Type.STRING, matcher, StringEscapes.decodeLiteral(body));
    } else {
      operator(open);
    }
  }

  private void accept(Token.Type type, Matcher matcher, Object value) {
    tokens.add(new Token(type, matcher.group(), value, position));
    position = matcher.end();
  }

  private static Object integer(String digits) {
    int base =
        digits.length() < 2
            ? 10
            : switch (digits.charAt(1)) {
              case 'b', 'B' -> 2;
              case 'o', 'O' -> 8;
              case 'x', 'X' -> 16;
              default -> 10;
            };
    BigInteger value = new BigInteger(base == 10 ? digits : digits.substring(2), base);
    return Values.fromJava(value);
  }

  private void operator(Deque<Character> open) {
    for (String operator : OPERATORS) {
      if (source.startsWith(operator, position)) {
        balance(operator.charAt(0), open);
        add(Token.Type.OPERATOR, operator, position);
        position += operator.length();
        return;
      }
    }
    int c = source.codePointAt(position);
    throw error(
        "unexpected char "
            + Printer.repr(Character.toString(c))
            + " at "
            + Strings.toCodePoints(source, position));
  }

  private static void balance(char c, Deque<Character> open) {
    switch (c) {
      case '{' -> open.push('}');
      case '(' -> open.push(')');
      case '[' -> open.push(']');
      case '}', ')', ']' -> {
        if (open.isEmpty()) {
          throw error("unexpected '" + c + "'");
        }
        char expected = open.pop();
        if (expected != c) {
          throw error("unexpected '" + c + "', expected '" + expected + "'");
        }
      }
      default -> {}
    }
  }
}
