package dev.mergefarm.eval.template.python;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A regular expression of Python's {@code re}, run by Java's engine. Classes are Unicode-aware and
 * the syntax that differs is translated. Matching is bounded: a pattern that backtracks without end
 * raises a limit error.
 */
public final class PythonRegex {

  /** Most characters looked at by one search. */
  private static final long MOST_STEPS = 50_000_000;

  private static final Pattern QUANTIFIER = Pattern.compile("\\{(?:\\d+(?:,\\d*)?|,\\d+)\\}");

  private final Pattern pattern;
  private final Map<String, Integer> groups;

  private PythonRegex(Pattern pattern) {
    this.pattern = pattern;
    this.groups = new HashMap<>(pattern.namedGroups());
  }

  /**
   * @throws PythonException of kind REGEX_ERROR for a pattern that is not valid
   */
  public static PythonRegex compile(String source) {
    try {
      int flags = Pattern.UNICODE_CHARACTER_CLASS | Pattern.UNIX_LINES | Pattern.UNICODE_CASE;
      return new PythonRegex(Pattern.compile(translate(source), flags));
    } catch (PatternSyntaxException e) {
      throw regexError(reason(source, e));
    }
  }

  /** Python's words for the mistakes that both engines know. */
  private static String reason(String source, PatternSyntaxException e) {
    int index = Math.clamp(e.getIndex(), 0, source.length());
    String description = e.getDescription();
    if (description.startsWith("Unclosed group")) {
      return "missing ), unterminated subpattern at position " + lastOpen(source);
    }
    if (description.startsWith("Unmatched closing")) {
      return "unbalanced parenthesis at position " + Math.max(source.indexOf(')', index), 0);
    }
    if (description.startsWith("Dangling meta")) {
      return "nothing to repeat at position " + index;
    }
    if (description.startsWith("Unclosed character class")) {
      return "unterminated character set at position " + Math.max(source.lastIndexOf('['), 0);
    }
    return description + " at position " + index;
  }

  private static int lastOpen(String source) {
    ArrayDeque<Integer> open = new ArrayDeque<>();
    for (int i = 0; i < source.length(); i++) {
      switch (source.charAt(i)) {
        case '\\' -> i++;
        case '(' -> open.push(i);
        case ')' -> open.poll();
        default -> {}
      }
    }
    return open.isEmpty() ? 0 : open.peek();
  }

  private static String translate(String source) {
    StringBuilder result = new StringBuilder(source.length() + 8);
    boolean inClass = false;
    int classStart = -1;
    for (int i = 0; i < source.length(); i++) {
      char c = source.charAt(i);
      if (c == '\\' && i + 1 < source.length()) {
        char next = source.charAt(++i);
        result.append(next == 'Z' && !inClass ? "\\z" : "\\" + next);
      } else if (inClass) {
        boolean first = i == classStart;
        inClass = c != ']' || first;
        boolean literal = c == '[' || c == '&' || (c == ']' && first);
        result.append(literal ? "\\" + c : String.valueOf(c));
      } else if (c == '[') {
        inClass = true;
        result.append(c);
        if (source.startsWith("^", i + 1)) {
          result.append('^');
          i++;
        }
        classStart = i + 1;
      } else if (source.startsWith("(?P<", i)) {
        result.append("(?<");
        i += 3;
      } else if (source.startsWith("(?P=", i)) {
        int end = source.indexOf(')', i);
        result.append("\\k<").append(source, i + 4, end < 0 ? source.length() : end).append('>');
        i = end < 0 ? source.length() : end;
      } else if (c == '{') {
        result.append(openingBrace(source, i));
      } else {
        result.append(c);
      }
    }
    return result.toString();
  }

  /** A brace that begins no quantifier is literal in Python; a missing minimum is 0. */
  private static String openingBrace(String source, int index) {
    boolean quantifier = QUANTIFIER.matcher(source).region(index, source.length()).lookingAt();
    if (!quantifier) {
      return "\\{";
    }
    return source.startsWith("{,", index) ? "{0" : "{";
  }

  /**
   * {@code re.findall}: for each match the whole text without groups, else the text of each group;
   * groups that took no part are empty.
   */
  public List<List<String>> findAll(String text) {
    List<List<String>> result = new ArrayList<>();
    Matcher matcher = pattern.matcher(new BoundedText(text));
    while (matcher.find()) {
      List<String> match = new ArrayList<>();
      for (int group = matcher.groupCount() == 0 ? 0 : 1; group <= matcher.groupCount(); group++) {
        boolean took = matcher.start(group) >= 0;
        match.add(took ? text.substring(matcher.start(group), matcher.end(group)) : "");
      }
      result.add(match);
    }
    return result;
  }

  /**
   * {@code re.sub}.
   *
   * @param count most replacements; 0 for all
   */
  public String replace(String text, String replacement, long count) {
    Matcher matcher = pattern.matcher(new BoundedText(text));
    StringBuilder result = new StringBuilder();
    int position = 0;
    long done = 0;
    while ((count == 0 || done < count) && matcher.find()) {
      result.append(text, position, matcher.start());
      expand(replacement, text, matcher, result);
      position = matcher.end();
      done++;
      Budget.chargeGrowth(result.length(), replacement.length() + 1L);
    }
    return result.append(text, position, text.length()).toString();
  }

  private void expand(String template, String text, Matcher matcher, StringBuilder result) {
    for (int i = 0; i < template.length(); i++) {
      char c = template.charAt(i);
      if (c != '\\' || i + 1 == template.length()) {
        result.append(c);
        continue;
      }
      char next = template.charAt(++i);
      if (next == 'g' && template.startsWith("<", i + 1)) {
        int end = template.indexOf('>', i);
        if (end < 0) {
          throw regexError("missing >, unterminated name");
        }
        append(group(template.substring(i + 2, end)), text, matcher, result);
        i = end;
      } else if (next >= '1' && next <= '9') {
        boolean two = i + 1 < template.length() && Character.isDigit(template.charAt(i + 1));
        append(Integer.parseInt(template.substring(i, i + (two ? 2 : 1))), text, matcher, result);
        i += two ? 1 : 0;
      } else {
        result.append(escaped(next));
      }
    }
  }

  private static PythonException regexError(String message) {
    return new PythonException(PythonException.Kind.REGEX_ERROR, message);
  }

  private int group(String name) {
    if (name.chars().allMatch(Character::isDigit)) {
      return Integer.parseInt(name);
    }
    Integer index = groups.get(name);
    if (index == null) {
      throw new PythonException(
          PythonException.Kind.INDEX_ERROR, "unknown group name " + Printer.repr(name));
    }
    return index;
  }

  private static void append(int group, String text, Matcher matcher, StringBuilder result) {
    if (group > matcher.groupCount()) {
      throw regexError("invalid group reference " + group + " at position 1");
    }
    if (matcher.start(group) >= 0) {
      result.append(text, matcher.start(group), matcher.end(group));
    }
  }

  private static String escaped(char c) {
    return switch (c) {
      case 'n' -> "\n";
      case 't' -> "\t";
      case 'r' -> "\r";
      case 'f' -> "\f";
      case 'v' -> "\u000b";
      case 'a' -> "\u0007";
      case 'b' -> "\b";
      case '0' -> "\0";
      case '\\' -> "\\";
      default -> {
        if (Character.isLetter(c) && c < 128) {
          throw regexError("bad escape \\" + c + " at position 0");
        }
        yield "\\" + c;
      }
    };
  }

  /** A text that counts how often it is looked at. */
  private static final class BoundedText implements CharSequence {
    private final String text;
    private long steps;

    BoundedText(String text) {
      this.text = text;
    }

    @Override
    public int length() {
      return text.length();
    }

    @Override
    public char charAt(int index) {
      if (++steps > MOST_STEPS) {
        throw new PythonException(
            PythonException.Kind.LIMIT,
            "the regular expression passes the limit of " + MOST_STEPS + " steps");
      }
      return text.charAt(index);
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return text.substring(start, end);
    }

    @Override
    public String toString() {
      return text;
    }
  }
}
