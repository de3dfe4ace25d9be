package dev.mergefarm.messages;

import dev.mergefarm.eval.EvaluationOptions;
import dev.mergefarm.eval.EvaluationOutcome;
import dev.mergefarm.eval.EvaluationOutcome.GroupOutcome;
import dev.mergefarm.eval.EvaluationOutcome.MetricValue;
import dev.mergefarm.eval.EvaluationOutcome.TaskOutcome;
import dev.mergefarm.proto.v1.Metric;
import dev.mergefarm.proto.v1.TaskScore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The eval engine's options and outcomes as the API shows them. */
public final class EvaluationMessages {

  /** What the engine, like the reference program, calls the version of a task without one. */
  private static final Set<String> NO_VERSION = Set.of("Yaml", "N/A");

  private EvaluationMessages() {}

  /** The engine's options; the message must have passed its checks. */
  public static EvaluationOptions options(dev.mergefarm.proto.v1.EvaluationOptions message) {
    EvaluationOptions.Builder options =
        EvaluationOptions.builder()
            .applyChatTemplate(message.getApplyChatTemplate())
            .fewShotAsMultiturn(message.getFewshotAsMultiturn())
            .unsafeCodeConfirmed(message.getConfirmRunUnsafeCode());
    if (message.hasNumFewshot()) {
      options.fewShotCount(message.getNumFewshot());
    }
    if (message.getLimit() > 0) {
      options.limit(message.getLimit());
    }
    if (message.hasFewshotSeed()) {
      EvaluationOptions.Seeds usual = EvaluationOptions.Seeds.DEFAULT;
      options.seeds(
          new EvaluationOptions.Seeds(
              usual.python(), usual.generation(), message.getFewshotSeed()));
    }
    if (!message.getSystemInstruction().isEmpty()) {
      options.systemInstruction(message.getSystemInstruction());
    }
    return options.build();
  }

  /** Tasks in evaluation order, then the groups that have a score of their own. */
  public static List<TaskScore> scores(EvaluationOutcome outcome) {
    List<TaskScore> scores = new ArrayList<>();
    outcome.tasks().forEach(task -> scores.add(task(task)));
    outcome.groups().stream()
        .filter(GroupOutcome::aggregated)
        .forEach(group -> scores.add(group(group)));
    return List.copyOf(scores);
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
    String text = version.toString();
    return NO_VERSION.contains(text) ? "" : text;
  }

  private static List<Metric> metrics(
      List<MetricValue> values, Map<String, Optional<Boolean>> directions) {
    return values.stream().map(value -> metric(value, directions)).toList();
  }

  private static Metric metric(MetricValue value, Map<String, Optional<Boolean>> directions) {
    Metric.Builder message =
        Metric.newBuilder()
            .setName(value.metric())
            .setFilter(value.filter())
            .setValue(value.value())
            .setHigherIsBetter(
                directions.getOrDefault(value.metric(), Optional.empty()).orElse(true));
    value.standardError().ifPresent(message::setStandardError);
    return message.build();
  }
}
