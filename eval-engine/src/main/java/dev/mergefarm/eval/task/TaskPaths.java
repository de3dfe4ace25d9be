package dev.mergefarm.eval.task;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.regex.Pattern;

/** Paths of task files: text with {@code /}, relative unless they start with one. */
public final class TaskPaths {

  private TaskPaths() {}

  /** The path without its last part; empty for a file of the root. */
  public static String directory(String path) {
    int slash = path.lastIndexOf('/');
    return slash < 0 ? "" : slash == 0 ? "/" : path.substring(0, slash);
  }

  /** A path as written in a file of the directory, as a path of its own. */
  public static String resolve(String directory, String path) {
    if (path.startsWith("/")) {
      return normalize(path);
    }
    return normalize(directory.isEmpty() ? path : directory + "/" + path);
  }

  /** Removes {@code .} and resolves {@code ..}; leading {@code ..} of a relative path stay. */
  public static String normalize(String path) {
    boolean absolute = path.startsWith("/");
    Deque<String> parts = new ArrayDeque<>();
    for (String part : path.split("/")) {
      if (part.equals("..") && !parts.isEmpty() && !parts.getLast().equals("..")) {
        parts.removeLast();
      } else if (!part.isEmpty() && !part.equals(".")) {
        parts.addLast(part);
      }
    }
    return (absolute ? "/" : "") + String.join("/", parts);
  }

  /** Whether a name is a pattern with shell wildcards. */
  static boolean isPattern(String name) {
    return name.indexOf('*') >= 0 || name.indexOf('?') >= 0 || name.indexOf('[') >= 0;
  }

  /**
   * A shell pattern ({@code *}, {@code ?}, {@code [a-z]}, {@code [!a]}) as a regular expression.
   */
  public static Pattern shellPattern(String pattern) {
    StringBuilder regex = new StringBuilder();
    for (int i = 0; i < pattern.length(); i++) {
      char c = pattern.charAt(i);
      int close = c == '[' ? pattern.indexOf(']', i + 2) : -1;
      if (c == '*') {
        regex.append(".*");
      } else if (c == '?') {
        regex.append('.');
      } else if (close > 0) {
        String set = pattern.substring(i + 1, close).replace("\\", "\\\\").replace("[", "\\[");
        regex.append('[').append(set.startsWith("!") ? "^" + set.substring(1) : set).append(']');
        i = close;
      } else {
        regex.append(Pattern.quote(String.valueOf(c)));
      }
    }
    return Pattern.compile(regex.toString(), Pattern.DOTALL);
  }
}
