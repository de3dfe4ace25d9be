package dev.mergefarm.cli.output;

import dev.mergefarm.proto.v1.Metric;
import dev.mergefarm.proto.v1.TaskScore;
import java.util.List;
import java.util.Locale;

/** Scores as lm-evaluation-harness's users know them: a row for each metric. */
public final class ScoreTable {

  private ScoreTable() {}

  public static Table of(List<TaskScore> tasks) {
    Table table = new Table("Tasks", "Version", "Filter", "n-shot", "Metric", "Value", "Stderr");
    for (TaskScore task : tasks) {
      String name = task.getAlias().isEmpty() ? task.getTask() : task.getAlias();
      for (Metric metric : task.getMetricsList()) {
        table.row(
            name,
            task.getVersion(),
            metric.getFilter(),
            task.getGroup() ? "" : Integer.toString(task.getNumFewshot()),
            metric.getName() + (metric.getHigherIsBetter() ? " up" : " down"),
            String.format(Locale.ROOT, "%.4f", metric.getValue()),
            metric.hasStandardError()
                ? String.format(Locale.ROOT, "%.4f", metric.getStandardError())
                : "");
        name = "";
      }
    }
    return table;
  }
}
