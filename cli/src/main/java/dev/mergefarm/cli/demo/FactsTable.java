package dev.mergefarm.cli.demo;

import dev.mergefarm.cli.output.JobTimes;
import dev.mergefarm.cli.output.Table;
import dev.mergefarm.cli.output.Units;
import dev.mergefarm.proto.v1.Job;
import dev.mergefarm.proto.v1.Metric;
import dev.mergefarm.proto.v1.TaskScore;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The demo's result: accuracy of each model on each task, and how long each took. */
final class FactsTable {

  private final List<String> tasks;
  private final Map<String, Job> merged;
  private final Map<String, Job> scored;

  /**
   * @param merged finished merges by model
   * @param scored finished evaluations by model, parents first
   */
  FactsTable(List<String> tasks, Map<String, Job> merged, Map<String, Job> scored) {
    this.tasks = tasks;
    this.merged = merged;
    this.scored = scored;
  }

  void print(PrintWriter out) {
    List<String> headings = new ArrayList<>(List.of("model"));
    headings.addAll(tasks);
    headings.addAll(List.of("mean acc", "merge", "evaluation"));
    Table table = new Table(headings.toArray(String[]::new));
    scored.forEach(
        (model, job) -> {
          List<String> row = new ArrayList<>(List.of(model));
          tasks.forEach(task -> row.add(figure(accuracy(job, task))));
          row.add(figure(mean(job)));
          row.add(merged.containsKey(model) ? runTime(merged.get(model)) : "");
          row.add(runTime(job));
          table.row(row);
        });
    table.print(out);
  }

  boolean everyMergeBeats(String... parents) {
    double best = 0;
    for (String parent : parents) {
      best = Math.max(best, mean(scored.get(parent)));
    }
    double bar = best;
    return merged.keySet().stream().allMatch(model -> mean(scored.get(model)) > bar);
  }

  private double mean(Job job) {
    return tasks.stream().mapToDouble(task -> accuracy(job, task)).average().orElseThrow();
  }

  private static double accuracy(Job job, String task) {
    for (TaskScore score : job.getEvaluationResult().getTasksList()) {
      if (score.getTask().equals(task)) {
        for (Metric metric : score.getMetricsList()) {
          if (metric.getName().equals("acc")) {
            return metric.getValue();
          }
        }
      }
    }
    throw new IllegalStateException("job %s has no acc of %s".formatted(job.getId(), task));
  }

  private static String figure(double value) {
    return String.format(Locale.ROOT, "%.3f", value);
  }

  private static String runTime(Job job) {
    return JobTimes.running(job).map(Units::time).orElse("");
  }
}
