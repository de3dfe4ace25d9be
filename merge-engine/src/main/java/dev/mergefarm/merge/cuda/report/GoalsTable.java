package dev.mergefarm.merge.cuda.report;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Goals and what was measured, row by row, and the same as figures for other programs. */
final class GoalsTable {

  private record Row(String what, double goal, double measured) {}

  private final List<Row> rows = new ArrayList<>();
  private final Map<String, Double> figures = new LinkedHashMap<>();

  /**
   * Adds a goal.
   *
   * @param goal the least share of the ceiling, such as 0.85
   * @param measured the share that was reached
   */
  void add(String what, double goal, double measured) {
    rows.add(new Row(what, goal, measured));
  }

  /** Adds a figure that belongs to no goal here. */
  void figure(String name, double value) {
    figures.put(name, value);
  }

  void print(PrintStream out) {
    out.printf(Locale.ROOT, "%n%-66s %8s %9s%n", "goal", "at least", "measured");
    for (Row row : rows) {
      out.printf(
          Locale.ROOT,
          "%-66s %6.0f %% %7.0f %%  %s%n",
          row.what(),
          100 * row.goal(),
          100 * row.measured(),
          row.measured() >= row.goal() ? "met" : "missed");
    }
  }

  /** The figures as lines of name=value. */
  String figures() {
    StringBuilder text = new StringBuilder();
    figures.forEach((name, value) -> text.append(name).append('=').append(value).append('\n'));
    return text.toString();
  }
}
