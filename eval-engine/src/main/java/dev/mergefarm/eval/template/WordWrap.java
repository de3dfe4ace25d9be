package dev.mergefarm.eval.template;

import dev.mergefarm.eval.template.python.Arguments;
import dev.mergefarm.eval.template.python.Budget;
import dev.mergefarm.eval.template.python.Numbers;
import dev.mergefarm.eval.template.python.PythonException;
import dev.mergefarm.eval.template.python.PythonObject;
import dev.mergefarm.eval.template.python.Strings;
import dev.mergefarm.eval.template.python.Values;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The {@code wordwrap} filter: each line wrapped as Python's {@code textwrap} does. */
final class WordWrap {

  private static final String BLANK = "[\\t\\n\\x0b\\x0c\\r ]";
  private static final String SOLID = "[^\\t\\n\\x0b\\x0c\\r ]";
  private static final String WORD = "[\\w!\"'&.,?]";
  private static final String LETTER = "[^\\d\\W]";

  /** White space, em dashes, words, and words cut after a hyphen between letters. */
  private static final Pattern CHUNK =
      Pattern.compile(
          "("
              + BLANK
              + "+|(?<="
              + WORD
              + ")-{2,}(?=\\w)|"
              + SOLID
              + "+?(?:-(?:(?<="
              + LETTER
              + "{2}-)|(?<="
              + LETTER
              + "-"
              + LETTER
              + "-))(?="
              + LETTER
              + "-?"
              + LETTER
              + ")|(?="
              + BLANK
              + "|\\z)|(?<="
              + WORD
              + ")(?=-{2,}\\w)))",
          Pattern.UNICODE_CHARACTER_CLASS);

  private static final Pattern SIMPLE_CHUNK = Pattern.compile(BLANK + "+|" + SOLID + "+");

  private final int width;
  private final boolean breakLong;
  private final boolean breakOnHyphens;

  private WordWrap(int width, boolean breakLong, boolean breakOnHyphens) {
    this.width = width;
    this.breakLong = breakLong;
    this.breakOnHyphens = breakOnHyphens;
  }

  static Object filter(Object[] a) {
    long width = Numbers.index(a[1]);
    String separator = a[3] == null ? "\n" : Strings.text(a[3]);
    WordWrap wrap =
        new WordWrap(
            Math.clamp(width, Integer.MIN_VALUE, Integer.MAX_VALUE),
            Values.truth(a[2]),
            Values.truth(a[4]));
    Object split = Values.attribute(a[0], "splitlines");
    if (split == PythonObject.MISSING) {
      throw PythonException.attributeError(a[0], "splitlines");
    }
    List<String> paragraphs = new ArrayList<>();
    for (Object line : Values.toList(Values.call(split, Arguments.NONE))) {
      paragraphs.add(String.join(separator, wrap.wrap(Strings.text(line))));
    }
    return String.join(separator, paragraphs);
  }

  private List<String> wrap(String line) {
    if (width <= 0) {
      throw PythonException.valueError("invalid width " + width + " (must be > 0)");
    }
    Deque<String> chunks = chunks(line);
    List<String> lines = new ArrayList<>();
    while (!chunks.isEmpty()) {
      if (!lines.isEmpty() && isBlank(chunks.peek())) {
        chunks.pop();
      }
      List<String> current = fill(chunks);
      if (!current.isEmpty() && isBlank(current.getLast())) {
        current.removeLast();
      }
      if (!current.isEmpty()) {
        lines.add(String.join("", current));
      }
    }
    return lines;
  }

  private List<String> fill(Deque<String> chunks) {
    List<String> current = new ArrayList<>();
    int length = 0;
    while (!chunks.isEmpty() && length + Strings.length(chunks.peek()) <= width) {
      length += Strings.length(chunks.peek());
      current.add(chunks.pop());
    }
    if (!chunks.isEmpty() && Strings.length(chunks.peek()) > width) {
      breakLongWord(chunks, current, length);
    }
    return current;
  }

  private void breakLongWord(Deque<String> chunks, List<String> current, int length) {
    int space = Math.max(width - length, 1);
    if (breakLong) {
      String chunk = chunks.pop();
      int end = space;
      if (breakOnHyphens && Strings.length(chunk) > space) {
        int hyphen = Strings.substring(chunk, 0, space).lastIndexOf('-');
        if (hyphen > 0 && chunk.substring(0, hyphen).chars().anyMatch(c -> c != '-')) {
          end = Strings.toCodePoints(chunk, hyphen) + 1;
        }
      }
      current.add(Strings.substring(chunk, 0, end));
      chunks.push(chunk.substring(Strings.toChars(chunk, end)));
    } else if (current.isEmpty()) {
      current.add(chunks.pop());
    }
  }

  private Deque<String> chunks(String line) {
    Budget.charge(line.length());
    Deque<String> chunks = new ArrayDeque<>();
    Matcher matcher = (breakOnHyphens ? CHUNK : SIMPLE_CHUNK).matcher(line);
    int position = 0;
    while (matcher.find()) {
      if (matcher.start() > position) {
        chunks.add(line.substring(position, matcher.start()));
      }
      chunks.add(matcher.group());
      position = matcher.end();
    }
    if (position < line.length()) {
      chunks.add(line.substring(position));
    }
    return chunks;
  }

  private static boolean isBlank(String chunk) {
    return Strings.strip(chunk, true, false).isEmpty();
  }
}
