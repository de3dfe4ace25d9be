package dev.mergefarm.eval.run;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.eval.task.Field;
import dev.mergefarm.eval.task.TaskFunctions;
import dev.mergefarm.eval.template.PythonLiteral;
import dev.mergefarm.eval.template.Template;
import dev.mergefarm.eval.template.TemplateOptions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Takes a task's fields from documents: a column's value, a rendered template, or what a helper
 * returns. Not thread safe.
 */
final class FieldRenderer {

  private final Set<String> columns;
  private final TaskFunctions functions;
  private final Map<String, Template> templates = new HashMap<>();

  /**
   * @param columns of the evaluated split; a text that names one stands for its value
   */
  FieldRenderer(Set<String> columns, TaskFunctions functions) {
    this.columns = columns;
    this.functions = functions;
  }

  /**
   * The input: text, or a whole number that picks among the choices.
   *
   * @param hasChoices whether the task has {@code doc_to_choice}
   */
  Object text(Field field, Map<String, Object> document, boolean hasChoices) {
    return switch (field) {
      case Field.Text(String source) -> {
        Object value = columnOrTemplate(source, document);
        yield hasChoices ? digitsToIndex(value, source) : value;
      }
      default -> constant(field, document);
    };
  }

  /** The expected answer: an index, a text, or a list of texts. */
  Object target(Field field, Map<String, Object> document, boolean hasChoices) {
    if (!(field instanceof Field.Text(String source))) {
      return constant(field, document);
    }
    if (columns.contains(source)) {
      return column(source, document);
    }
    String text = template(source, document);
    if (hasChoices && isDigits(text)) {
      return index(text);
    }
    if (text.length() >= 2 && text.startsWith("[") && text.endsWith("]")) {
      return literalOr(text);
    }
    return text;
  }

  private static Object literalOr(String text) {
    try {
      return PythonLiteral.parse(text);
    } catch (MergefarmException e) {
      return text;
    }
  }

  /** The choices; empty where the field is absent. */
  List<Object> choices(Field field, Map<String, Object> document) {
    if (!field.isPresent()) {
      return List.of();
    }
    Object value =
        field instanceof Field.Text(String source)
            ? columnOrTemplate(source, document)
            : constant(field, document);
    if (value instanceof String text && !isColumn(field)) {
      value = PythonLiteral.parse(text);
    }
    return switch (value) {
      case List<?> list -> new ArrayList<>(list);
      case Map<?, ?> map -> new ArrayList<>(map.values());
      case null, default -> throw invalid("the choices must be a list, not " + value);
    };
  }

  private boolean isColumn(Field field) {
    return field instanceof Field.Text(String source) && columns.contains(source);
  }

  /** A text that names a key of this document, or a template. */
  String descriptive(String source, Map<String, Object> document) {
    if (document.containsKey(source)) {
      return String.valueOf(document.get(source));
    }
    return template(source, document);
  }

  /** The start of the answer before the model's own, if the task has one. */
  Optional<String> prefix(Optional<String> source, Map<String, Object> document) {
    return source.map(
        text ->
            columns.contains(text)
                ? String.valueOf(column(text, document))
                : template(text, document));
  }

  private Object constant(Field field, Map<String, Object> document) {
    return switch (field) {
      case Field.Index(long value) -> value;
      case Field.Values(List<Object> items) -> items;
      case Field.Function function ->
          functions.find(function.reference()).call(List.of(document), Map.of());
      case Field.Text(String source) -> columnOrTemplate(source, document);
      case Field.Absent absent -> null;
    };
  }

  private Object columnOrTemplate(String source, Map<String, Object> document) {
    return columns.contains(source) ? column(source, document) : template(source, document);
  }

  private static Object column(String name, Map<String, Object> document) {
    if (!document.containsKey(name)) {
      throw invalid("the document has no field '" + name + "'");
    }
    return document.get(name);
  }

  private String template(String source, Map<String, Object> document) {
    return templates
        .computeIfAbsent(source, text -> Template.compile(text, TemplateOptions.task()))
        .render(document);
  }

  private Object digitsToIndex(Object value, String source) {
    return !columns.contains(source) && value instanceof String text && isDigits(text)
        ? index(text)
        : value;
  }

  private static boolean isDigits(String text) {
    return !text.isEmpty() && text.codePoints().allMatch(Character::isDigit);
  }

  private static Object index(String digits) {
    if (digits.length() > 1 && digits.startsWith("0")) {
      throw invalid("'" + digits + "' has leading zeros and cannot be an index");
    }
    try {
      return Long.parseLong(digits);
    } catch (NumberFormatException e) {
      throw invalid("'" + digits + "' is too large for an index");
    }
  }

  private static MergefarmException invalid(String message) {
    return new MergefarmException(ErrorCode.INVALID_VALUE, message);
  }
}
