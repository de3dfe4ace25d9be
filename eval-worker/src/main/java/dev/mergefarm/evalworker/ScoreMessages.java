package dev.mergefarm.evalworker;

import dev.mergefarm.eval.EvaluationOutcome;
import dev.mergefarm.eval.EvaluationOutcome.GroupOutcome;
import dev.mergefarm.eval.EvaluationOutcome.MetricValue;
import dev.mergefarm.eval.EvaluationOutcome.TaskOutcome;
import dev.mergefarm.proto.v1.Metric;
import dev.mergefarm.proto.v1.TaskScore;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** The engine's scores as the API shows them. */
final class ScoreMessages {

  /** What the engine, like the reference program, calls the version of a task without one. */
  private static final Set<String> NO_VERSION = Set.of("Yaml", "N/A");

  private ScoreMessages() {}

  /** Tasks in evaluation order, then groups with scores of their own, children first. */
  static List<TaskScore> scores(EvaluationOutcome outcome) {
    return Stream.concat(
            outcome.tasks().stream().map(ScoreMessages::task),
            outcome.groups().stream().filter(GroupOutcome::aggregated).map(ScoreMessages::group))
        .toList();
  }

  private static TaskScore task(TaskOutcome task) {
    return TaskScore.newBuilder()
        .setTask(task.name())
        .setAlias(task.alias())
        .setVersion(version(task.version()))
        .setNumFewshot(task.fewShotCount())
        .setDocuments(task.documents())
        .addAllMetrics(metrics(task.metrics(), task.higherIsBetter()))
        .build();
  }

  private static TaskScore group(GroupOutcome group) {
    return TaskScore.newBuilder()
        .setTask(group.name())
        .setAlias(group.alias())
        .setVersion(version(group.version()))
        .setNumFewshot(group.fewShotCount().orElse(0))
        .setDocuments(group.documents())
        .addAllMetrics(metrics(group.metrics(), group.higherIsBetter()))
        .setGroup(true)
        .build();
  }

  private static String version(Object version) {
    String text = String.valueOf(version);
    return NO_VERSION.contains(text) ? "" : text;
  }

  private static List<Metric> metrics(
      List<MetricValue> values, Map<String, Optional<Boolean>> higherIsBetter) {
    return values.stream()
        .map(
            value -> {
              Metric.Builder metric =
                  Metric.newBuilder()
                      .setName(value.metric())
                      .setFilter(value.filter())
                      .setValue(value.value())
                      .setHigherIsBetter(
                          higherIsBetter
                              .getOrDefault(value.metric(), Optional.empty())
                              .orElse(true));
              value.standardError().ifPresent(metric::setStandardError);
              return metric.build();
            })
        .toList();
  }
}
