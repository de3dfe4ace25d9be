package dev.mergefarm.eval.template;

/**
 * Why a template could not be read or rendered: the exception that Jinja2 would have raised, and
 * where. The cause of every MergefarmException of {@link Template}.
 */
public final class TemplateFailure extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final String type;
  private final String detail;
  private final int line;
  private final int column;
  private final String sourceLine;

  TemplateFailure(String type, String detail, int line, int column, String sourceLine) {
    super(
        type + ": " + detail + " (line " + line + ", column " + column + ": '" + sourceLine + "')",
        null,
        false,
        false);
    this.type = type;
    this.detail = detail;
    this.line = line;
    this.column = column;
    this.sourceLine = sourceLine;
  }

  /** The name of the Python exception's class, such as {@code UndefinedError}. */
  public String type() {
    return type;
  }

  /** The exception's own text. */
  public String detail() {
    return detail;
  }

  /** From 1. */
  public int line() {
    return line;
  }

  /** From 1, in code points. */
  public int column() {
    return column;
  }

  /** The line of the template, cut around the place if it is long. */
  public String sourceLine() {
    return sourceLine;
  }

  /** Class name, colon and text, as Python prints an exception. */
  public String describe() {
    return type + ": " + detail;
  }
}
