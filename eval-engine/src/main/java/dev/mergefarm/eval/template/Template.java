package dev.mergefarm.eval.template;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.eval.template.python.Budget;
import dev.mergefarm.eval.template.python.PythonException;
import dev.mergefarm.eval.template.python.PythonException.Kind;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * A compiled Jinja2 template. Values behave and print as Python's do; see the package {@code
 * python} for which Java classes stand for which. Immutable and safe for use by several threads.
 */
public final class Template {

  private static final int LONGEST_EXCERPT = 120;

  private final String source;
  private final TemplateOptions options;
  private final Environment environment;
  private final List<Statement> body;

  private Template(
      String source, TemplateOptions options, Environment environment, List<Statement> body) {
    this.source = source;
    this.options = options;
    this.environment = environment;
    this.body = body;
  }

  /**
   * Reads a template.
   *
   * @throws MergefarmException with {@link ErrorCode#TEMPLATE_SYNTAX} for a mistake in the source,
   *     naming line, column and line text; its cause is a {@link TemplateFailure}
   */
  public static Template compile(String source, TemplateOptions options) {
    Objects.requireNonNull(source, "source");
    Objects.requireNonNull(options, "options");
    String text = Lexer.normalise(source, options.keepTrailingNewline());
    Environment environment = new Environment(options);
    return guarded(
        text,
        ErrorCode.TEMPLATE_SYNTAX,
        () -> {
          List<Statement> body = StatementParser.parse(text, options);
          Walker.walk(body, (expression, soft) -> requireKnown(expression, soft, environment));
          return new Template(text, options, environment, body);
        });
  }

  /** A filter or test that is surely used must exist; one behind a condition fails when reached. */
  private static void requireKnown(Expression expression, boolean soft, Environment environment) {
    if (soft) {
      return;
    }
    switch (expression) {
      case Expression.Filter filter when !environment.hasFilter(filter.name()) ->
          throw unknown("filter", filter.name(), filter.offset());
      case Expression.Test test when !environment.hasTest(test.name()) ->
          throw unknown("test", test.name(), test.offset());
      default -> {}
    }
  }

  private static PythonException unknown(String kind, String name, int offset) {
    return new PythonException(
            Kind.TEMPLATE_ASSERTION_ERROR, "No " + kind + " named '" + name + "'.")
        .at(offset);
  }

  /**
   * Renders the template.
   *
   * @param context variables: strings, numbers, booleans, null, dates, and lists and maps of these;
   *     never changed
   * @throws MergefarmException with {@link ErrorCode#TEMPLATE_FAILED} where rendering raises, or
   *     {@link ErrorCode#TEMPLATE_LIMIT} where it passes a limit; the cause is a {@link
   *     TemplateFailure}
   */
  public String render(Map<String, Object> context) {
    return guarded(
        source,
        ErrorCode.TEMPLATE_FAILED,
        () ->
            new Budget(options.workLimit())
                .within(() -> new Renderer(environment, context).render(body)));
  }

  private static <T> T guarded(String source, ErrorCode code, Supplier<T> work) {
    try {
      return work.get();
    } catch (PythonException e) {
      boolean limit = e.kind() == Kind.LIMIT || e.kind() == Kind.RECURSION_ERROR;
      throw failure(source, limit ? ErrorCode.TEMPLATE_LIMIT : code, e);
    } catch (StackOverflowError e) {
      throw failure(
          source,
          ErrorCode.TEMPLATE_LIMIT,
          new PythonException(Kind.RECURSION_ERROR, "maximum recursion depth exceeded"));
    } catch (IllegalArgumentException e) {
      throw new MergefarmException(ErrorCode.INVALID_VALUE, e.getMessage(), e);
    }
  }

  private static MergefarmException failure(
      String source, ErrorCode code, PythonException exception) {
    int offset = Math.clamp(exception.offset(), 0, source.length());
    int lineStart = source.lastIndexOf('\n', offset - 1) + 1;
    int lineEnd = source.indexOf('\n', offset);
    int line = 1 + (int) source.substring(0, lineStart).chars().filter(c -> c == '\n').count();
    int column = source.codePointCount(lineStart, offset) + 1;
    String text = source.substring(lineStart, lineEnd < 0 ? source.length() : lineEnd);
    TemplateFailure cause =
        new TemplateFailure(
            exception.kind().pythonName(),
            exception.getMessage(),
            line,
            column,
            excerpt(text, column));
    return new MergefarmException(code, cause.getMessage(), cause);
  }

  private static String excerpt(String line, int column) {
    if (line.length() <= LONGEST_EXCERPT) {
      return line;
    }
    int from = Math.clamp(column - LONGEST_EXCERPT / 2, 0, line.length() - LONGEST_EXCERPT);
    return line.substring(from, from + LONGEST_EXCERPT);
  }

  @Override
  public String toString() {
    return source;
  }
}
