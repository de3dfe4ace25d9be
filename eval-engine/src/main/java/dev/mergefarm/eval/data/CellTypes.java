package dev.mergefarm.eval.data;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Gives the columns of a CSV file types as pandas does: some texts mean nothing, a column of whole
 * numbers with a gap becomes fractions.
 */
final class CellTypes {

  static final Set<String> NOTHING =
      Set.of(
          "",
          "#N/A",
          "#N/A N/A",
          "#NA",
          "-1.#IND",
          "-1.#QNAN",
          "-NaN",
          "-nan",
          "1.#IND",
          "1.#QNAN",
          "<NA>",
          "N/A",
          "NA",
          "NULL",
          "NaN",
          "None",
          "n/a",
          "nan",
          "null");
  private static final Pattern WHOLE = Pattern.compile("\\s*[-+]?\\d{1,18}\\s*");
  private static final Pattern FRACTION =
      Pattern.compile("\\s*[-+]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][-+]?\\d+)?\\s*|\\s*[-+]?inf\\s*");
  private static final Set<String> TRUTHS =
      Set.of("True", "TRUE", "true", "False", "FALSE", "false");

  private final CsvDialect dialect;

  private CellTypes(CsvDialect dialect) {
    this.dialect = dialect;
  }

  private enum Kind {
    WHOLE,
    FRACTION,
    TRUTH,
    TEXT
  }

  /**
   * @param dialect says which texts mean nothing, and what is left out of numbers
   */
  static List<Map<String, Object>> infer(List<Map<String, Object>> rows, CsvDialect dialect) {
    return new CellTypes(dialect).infer(rows);
  }

  private List<Map<String, Object>> infer(List<Map<String, Object>> rows) {
    if (rows.isEmpty()) {
      return rows;
    }
    Map<String, Kind> kinds = new LinkedHashMap<>();
    rows.getFirst().keySet().forEach(column -> kinds.put(column, kind(column, rows)));
    return rows.stream()
        .map(
            row -> {
              Map<String, Object> typed = new LinkedHashMap<>();
              row.forEach((column, cell) -> typed.put(column, value(kinds.get(column), cell)));
              return typed;
            })
        .toList();
  }

  private boolean isNothing(Object cell) {
    return cell == null || dialect.nothing().contains(cell);
  }

  private Kind kind(String column, List<Map<String, Object>> rows) {
    List<String> cells =
        rows.stream()
            .map(row -> row.get(column))
            .filter(c -> !isNothing(c))
            .map(cell -> number(cell.toString()))
            .toList();
    boolean gaps = cells.size() < rows.size();
    if (cells.isEmpty()) {
      return Kind.TEXT;
    }
    if (cells.stream().allMatch(cell -> WHOLE.matcher(cell).matches())) {
      return gaps ? Kind.FRACTION : Kind.WHOLE;
    }
    if (cells.stream().allMatch(cell -> FRACTION.matcher(cell).matches())) {
      return Kind.FRACTION;
    }
    return cells.stream().allMatch(TRUTHS::contains) ? Kind.TRUTH : Kind.TEXT;
  }

  private Object value(Kind kind, Object cell) {
    if (isNothing(cell)) {
      return null;
    }
    String text = kind == Kind.TEXT ? cell.toString() : number(cell.toString());
    return switch (kind) {
      case WHOLE -> Long.parseLong(text.strip());
      case FRACTION -> fraction(text.strip());
      case TRUTH -> text.equalsIgnoreCase("true");
      case TEXT -> text;
    };
  }

  private String number(String cell) {
    return dialect.thousands().map(mark -> cell.replace(mark.toString(), "")).orElse(cell);
  }

  private static double fraction(String text) {
    return text.endsWith("inf")
        ? (text.startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY)
        : Double.parseDouble(text);
  }
}
