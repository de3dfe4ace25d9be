package dev.mergefarm.eval.function.rows;

import dev.mergefarm.eval.function.rows.PythonLines.Kind;
import dev.mergefarm.eval.function.rows.PythonLines.Line;
import dev.mergefarm.eval.function.rows.TokenCursor.Unexpected;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Understands the ways in which task files write row filters: {@code return dataset.filter(lambda
 * row: row["column"] == value)} in a function of its own, in one that takes the value, as a {@code
 * partial} of such a one, or as many partials made in a dictionary and put among the module's
 * names. A module that could give a name another meaning while it is loaded is left to Python.
 */
final class RowFilterReader {

  /** What can change names from afar; a module with one of these is not understood. */
  private static final Set<String> FAR_REACHING =
      Set.of(
          "exec",
          "eval",
          "compile",
          "setattr",
          "delattr",
          "vars",
          "locals",
          "global",
          "nonlocal",
          "modules",
          "__dict__",
          "__code__",
          "__builtins__",
          "__import__",
          "builtins",
          "import_module");

  private final ModuleNames names;

  private RowFilterReader(ModuleNames names) {
    this.names = names;
  }

  /**
   * @param attribute of the module
   * @return empty where the attribute is no row filter that is understood
   */
  static Optional<RowFilter> read(String source, String attribute) {
    Optional<List<Line>> lines = PythonLines.read(source);
    if (lines.isEmpty()
        || lines.get().stream()
            .flatMap(line -> line.tokens().stream())
            .anyMatch(
                token ->
                    token.is(";")
                        || (token.kind() == Kind.NAME && FAR_REACHING.contains(token.text())))) {
      return Optional.empty();
    }
    try {
      return Optional.of(new RowFilterReader(ModuleNames.of(lines.get())).attribute(attribute));
    } catch (Unexpected | RuntimeException notUnderstood) {
      return Optional.empty();
    }
  }

  private RowFilter attribute(String name) throws Unexpected {
    Optional<List<Line>> statement = names.find(name);
    if (statement.isPresent()) {
      Line first = statement.get().getFirst();
      return first.startsWith("def")
          ? function(name, List.of(), Map.of(), 0)
          : partial(new TokenCursor(first.tokens()).expect(name, "="), Map.of());
    }
    return partial(names.loopValue(), names.loopBehind(name).orElseThrow(Unexpected::new));
  }

  /** {@code partial(function, name=value)}. */
  private RowFilter partial(TokenCursor cursor, Map<String, Object> known) throws Unexpected {
    if (cursor.take("functools")) {
      cursor.expect(".");
      names.expectImported("functools");
    } else {
      names.expectImported("partial");
    }
    cursor.expect("partial", "(");
    String function = cursor.name();
    Map<String, Object> given = new HashMap<>();
    while (cursor.take(",") && !cursor.nextIs(")")) {
      String keyword = cursor.name();
      cursor.expect("=");
      given.put(keyword, cursor.value(names.with(known)));
    }
    cursor.expect(")").expectEnd();
    return function(function, List.of(), given, 0);
  }

  /**
   * @param positional values after the data set
   * @param given values by name
   * @param depth of calls so far
   */
  private RowFilter function(
      String name, List<Object> positional, Map<String, Object> given, int depth)
      throws Unexpected {
    List<Line> lines = names.find(name).orElseThrow(Unexpected::new);
    TokenCursor head = new TokenCursor(lines.getFirst().tokens()).expect("def", name, "(");
    String dataset = head.name();
    annotation(head);
    Map<String, Object> known = new LinkedHashMap<>(names.constants());
    known.remove(dataset);
    List<Object> left = new ArrayList<>(positional);
    Map<String, Object> named = new HashMap<>(given);
    while (head.take(",") && !head.nextIs(")")) {
      parameter(head, left, named, known);
    }
    head.expect(")");
    if (head.take("->")) {
      head.skipAnnotation();
    }
    head.expect(":").expectEnd();
    if (!left.isEmpty() || !named.isEmpty()) {
      throw new Unexpected();
    }
    return body(lines, dataset, known, depth);
  }

  private static void annotation(TokenCursor head) throws Unexpected {
    if (head.take(":")) {
      head.skipAnnotation();
    }
  }

  private static void parameter(
      TokenCursor head, List<Object> left, Map<String, Object> named, Map<String, Object> known)
      throws Unexpected {
    String parameter = head.name();
    annotation(head);
    Optional<Object[]> fallback = Optional.empty();
    if (head.take("=")) {
      fallback = Optional.of(new Object[] {head.value(Map.of())});
    }
    if (!left.isEmpty()) {
      known.put(parameter, left.removeFirst());
    } else if (named.containsKey(parameter)) {
      known.put(parameter, named.remove(parameter));
    } else {
      known.put(parameter, fallback.orElseThrow(Unexpected::new)[0]);
    }
  }

  private RowFilter body(List<Line> lines, String dataset, Map<String, Object> known, int depth)
      throws Unexpected {
    List<Line> body = lines.subList(1, lines.size());
    boolean documented =
        body.size() == 2
            && body.getFirst().tokens().size() == 1
            && body.getFirst().tokens().getFirst().kind() == Kind.STRING;
    if (body.size() != (documented ? 2 : 1)) {
      throw new Unexpected();
    }
    TokenCursor cursor = new TokenCursor(body.getLast().tokens()).expect("return");
    String first = cursor.name();
    if (!first.equals(dataset)) {
      return call(first, cursor, dataset, known, depth);
    }
    cursor.expect(".", "filter", "(", "lambda");
    String row = cursor.name();
    cursor.expect(":");
    known.remove(row);
    RowFilter filter = condition(cursor, row, known);
    cursor.take(",");
    cursor.expect(")").expectEnd();
    return filter;
  }

  /** {@code return other(dataset, value)}. */
  private RowFilter call(
      String function, TokenCursor cursor, String dataset, Map<String, Object> known, int depth)
      throws Unexpected {
    cursor.expect("(", dataset);
    List<Object> positional = new ArrayList<>();
    while (cursor.take(",") && !cursor.nextIs(")")) {
      positional.add(cursor.value(known));
    }
    cursor.expect(")").expectEnd();
    if (depth > 3) {
      throw new Unexpected();
    }
    return function(function, positional, Map.of(), depth + 1);
  }

  private static RowFilter condition(TokenCursor cursor, String row, Map<String, Object> known)
      throws Unexpected {
    cursor.expect(row, "[");
    String column = cursor.string();
    cursor.expect("]");
    if (cursor.take(".")) {
      cursor.expect("startswith", "(");
      Object prefix = cursor.value(known);
      cursor.expect(")");
      if (prefix instanceof String text) {
        return new RowFilter(column, new RowFilter.Comparison.Prefix(text));
      }
      throw new Unexpected();
    }
    if (cursor.take("in")) {
      cursor.expect("[");
      List<Object> values = new ArrayList<>();
      do {
        values.add(cursor.value(known));
      } while (cursor.take(",") && !cursor.nextIs("]"));
      cursor.expect("]");
      return new RowFilter(column, new RowFilter.Comparison.OneOf(values, false));
    }
    boolean negated = cursor.take("!=");
    if (!negated) {
      cursor.expect("==");
    }
    List<Object> one = new ArrayList<>();
    one.add(cursor.value(known));
    return new RowFilter(column, new RowFilter.Comparison.OneOf(one, negated));
  }
}
