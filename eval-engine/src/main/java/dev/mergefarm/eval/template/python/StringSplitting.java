package dev.mergefarm.eval.template.python;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The methods of {@code str} that take a text apart. */
final class StringSplitting {

  private StringSplitting() {}

  static Object split(String text, Arguments arguments) {
    Object[] values = splitArguments("split", arguments);
    long most = Numbers.index(values[1]);
    long limit = most < 0 ? Long.MAX_VALUE : most;
    return values[0] == null
        ? bySpace(text, limit)
        : bySeparator(text, separator(values[0]), limit);
  }

  static Object rsplit(String text, Arguments arguments) {
    Object[] values = splitArguments("rsplit", arguments);
    long most = Numbers.index(values[1]);
    long limit = most < 0 ? Long.MAX_VALUE : most;
    return values[0] == null
        ? bySpaceFromRight(text, limit)
        : bySeparatorFromRight(text, separator(values[0]), limit);
  }

  private static Object[] splitArguments(String name, Arguments arguments) {
    return NativeCall.named(name, arguments, List.of("sep", "maxsplit"), null, -1L);
  }

  private static String separator(Object value) {
    if (!Strings.isText(value)) {
      if (value instanceof PythonObject object) {
        object.requireOperand();
      }
      throw PythonException.typeError("must be str or None, not " + Values.typeName(value));
    }
    String separator = Strings.text(value);
    if (separator.isEmpty()) {
      throw PythonException.valueError("empty separator");
    }
    return separator;
  }

  /** Fields between runs of white space. */
  static List<Object> bySpace(String text, long limit) {
    Budget.charge(text.length());
    List<Object> parts = new ArrayList<>();
    int position = 0;
    while (true) {
      while (position < text.length() && Strings.isSpace(text.charAt(position))) {
        position++;
      }
      if (position == text.length()) {
        return parts;
      }
      if (parts.size() >= limit) {
        parts.add(text.substring(position));
        return parts;
      }
      int start = position;
      while (position < text.length() && !Strings.isSpace(text.charAt(position))) {
        position++;
      }
      parts.add(text.substring(start, position));
    }
  }

  private static List<Object> bySpaceFromRight(String text, long limit) {
    Budget.charge(text.length());
    List<Object> parts = new ArrayList<>();
    int end = text.length();
    while (true) {
      while (end > 0 && Strings.isSpace(text.charAt(end - 1))) {
        end--;
      }
      if (end == 0) {
        break;
      }
      if (parts.size() >= limit) {
        parts.add(text.substring(0, end));
        break;
      }
      int stop = end;
      while (end > 0 && !Strings.isSpace(text.charAt(end - 1))) {
        end--;
      }
      parts.add(text.substring(end, stop));
    }
    Collections.reverse(parts);
    return parts;
  }

  private static List<Object> bySeparator(String text, String separator, long limit) {
    Budget.charge(text.length());
    List<Object> parts = new ArrayList<>();
    int position = 0;
    while (parts.size() < limit) {
      int found = text.indexOf(separator, position);
      if (found < 0) {
        break;
      }
      parts.add(text.substring(position, found));
      position = found + separator.length();
    }
    parts.add(text.substring(position));
    return parts;
  }

  private static List<Object> bySeparatorFromRight(String text, String separator, long limit) {
    Budget.charge(text.length());
    List<Object> parts = new ArrayList<>();
    int end = text.length();
    while (parts.size() < limit) {
      int found = text.lastIndexOf(separator, end - separator.length());
      if (found < 0 || end < separator.length()) {
        break;
      }
      parts.add(text.substring(found + separator.length(), end));
      end = found;
    }
    parts.add(text.substring(0, end));
    Collections.reverse(parts);
    return parts;
  }

  static Object splitlines(String text, Arguments arguments) {
    Object keep = NativeCall.named("splitlines", arguments, List.of("keepends"), Boolean.FALSE)[0];
    return lines(text, Values.truth(keep));
  }

  static List<Object> lines(String text, boolean keepEnds) {
    Budget.charge(text.length());
    List<Object> lines = new ArrayList<>();
    int start = 0;
    int position = 0;
    while (position < text.length()) {
      char c = text.charAt(position);
      int next = position + 1;
      if (isLineEnd(c)) {
        if (c == '\r' && next < text.length() && text.charAt(next) == '\n') {
          next++;
        }
        lines.add(text.substring(start, keepEnds ? next : position));
        start = next;
      }
      position = next;
    }
    if (start < text.length()) {
      lines.add(text.substring(start));
    }
    return lines;
  }

  private static boolean isLineEnd(char c) {
    return (c >= 0x0a && c <= 0x0d)
        || (c >= 0x1c && c <= 0x1e)
        || c == 0x85
        || c == 0x2028
        || c == 0x2029;
  }

  static Object partition(String text, Arguments arguments) {
    String separator = partitionSeparator("partition", arguments);
    int found = text.indexOf(separator);
    return found < 0 ? PythonTuple.of(text, "", "") : parts(text, separator, found);
  }

  static Object rpartition(String text, Arguments arguments) {
    String separator = partitionSeparator("rpartition", arguments);
    int found = text.lastIndexOf(separator);
    return found < 0 ? PythonTuple.of("", "", text) : parts(text, separator, found);
  }

  private static String partitionSeparator(String name, Arguments arguments) {
    Object value = NativeCall.one("str." + name, arguments);
    if (!Strings.isText(value)) {
      throw PythonException.typeError("must be str, not " + Values.typeName(value));
    }
    return separator(value);
  }

  private static PythonTuple parts(String text, String separator, int found) {
    return PythonTuple.of(
        text.substring(0, found), separator, text.substring(found + separator.length()));
  }
}
