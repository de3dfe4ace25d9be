package dev.mergefarm.eval.template;

import dev.mergefarm.eval.template.Environment.Filter;
import dev.mergefarm.eval.template.python.Arguments;
import dev.mergefarm.eval.template.python.PythonException;
import dev.mergefarm.eval.template.python.Signature;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** The table of filters; their work is in the classes by kind of value. */
final class Filters {

  private final Map<String, Filter> table = new HashMap<>();

  /** What a filter does with its bound arguments, the filtered value first. */
  @FunctionalInterface
  interface Body {
    Object apply(Call call, Object[] arguments);
  }

  /**
   * Where a filter is called.
   *
   * @param autoescape whether printed values are being escaped
   */
  record Call(Environment environment, boolean autoescape) {}

  /** All filters that a dialect has. */
  static Map<String, Filter> all(TemplateOptions options) {
    Filters filters = new Filters();
    TextFilters.addTo(filters);
    MarkupFilters.addTo(filters);
    NumberFilters.addTo(filters);
    SequenceFilters.addTo(filters);
    MappingFilters.addTo(filters);
    SelectionFilters.addTo(filters);
    switch (options.dialect()) {
      case TASK -> {
        filters.add(
            "tojson",
            Signature.of("do_tojson", "value", "indent")
                .withDefaults((Object) null)
                .withImplicit(1),
            (call, a) -> JsonPrinter.htmlSafe(a[0], a[1]));
        filters.add(
            "regex_replace",
            Signature.of("regex_replace", "string", "pattern", "repl", "count").withDefaults(0L),
            (call, a) -> RegexFilter.replace(a[0], a[1], a[2], a[3]));
      }
      case CHAT ->
          filters.add(
              "tojson",
              Signature.of("tojson", "x", "ensure_ascii", "indent", "separators", "sort_keys")
                  .withDefaults(false, null, null, false),
              (call, a) -> JsonPrinter.print(a));
    }
    return Map.copyOf(filters.table);
  }

  /** Adds a filter whose parameters have names. */
  void add(String name, Signature signature, Body body) {
    table.put(
        name,
        (environment, autoescape, value, arguments) ->
            body.apply(
                new Call(environment, autoescape), signature.bind(arguments.prepend(value))));
  }

  /** Adds a filter that takes its arguments as they come. */
  void addVariadic(String name, Filter filter) {
    table.put(name, filter);
  }

  /** Adds a filter that is a built-in function of one argument. */
  void addBuiltin(Set<String> names, String function, Function<Object, Object> body) {
    for (String name : names) {
      table.put(
          name,
          (environment, autoescape, value, arguments) -> {
            requireNone(function, arguments);
            return body.apply(value);
          });
    }
  }

  private static void requireNone(String function, Arguments arguments) {
    if (!arguments.keywords().isEmpty()) {
      throw PythonException.typeError(function + "() takes no keyword arguments");
    }
    if (arguments.count() > 0) {
      throw PythonException.typeError(
          function + "() takes exactly one argument (" + (arguments.count() + 1) + " given)");
    }
  }
}
