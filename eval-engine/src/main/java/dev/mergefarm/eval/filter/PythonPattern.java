package dev.mergefarm.eval.filter;

import dev.mergefarm.eval.template.python.PythonException;
import dev.mergefarm.eval.template.python.PythonRegex;
import java.util.List;

/** A regular expression of a task file: Python's syntax and meaning, bounded work. */
public final class PythonPattern {

  private final String expression;
  private final PythonRegex regex;

  private PythonPattern(String expression, PythonRegex regex) {
    this.expression = expression;
    this.regex = regex;
  }

  /**
   * @throws IllegalArgumentException with the reason if the expression is malformed
   */
  public static PythonPattern compile(String expression) {
    try {
      return new PythonPattern(expression, PythonRegex.compile(expression));
    } catch (PythonException e) {
      throw new IllegalArgumentException(
          "the regular expression '%s' is malformed: %s".formatted(expression, e.getMessage()), e);
    }
  }

  /**
   * Every match as {@code re.findall} gives it: the whole match alone without groups, otherwise the
   * text of each group, empty where one took no part.
   *
   * @throws IllegalArgumentException if matching takes too many steps
   */
  public List<List<String>> findAll(String text) {
    try {
      return regex.findAll(text);
    } catch (PythonException e) {
      throw tooSlow(e);
    }
  }

  /**
   * The text with each match replaced.
   *
   * @param replacement in Python's syntax
   * @throws IllegalArgumentException if matching takes too many steps
   */
  public String replaceAll(String text, String replacement) {
    try {
      return regex.replace(text, replacement, 0);
    } catch (PythonException e) {
      throw tooSlow(e);
    }
  }

  private IllegalArgumentException tooSlow(PythonException e) {
    return new IllegalArgumentException(
        "the regular expression '%s' failed: %s".formatted(expression, e.getMessage()), e);
  }
}
