package dev.mergefarm.eval.run;

import dev.mergefarm.eval.task.TaskConfig;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** Scores one document of a multiple-choice task. */
final class ChoiceScorer {

  /** The order in which records name metrics, whatever the order of the task's list. */
  private static final List<String> ORDER =
      List.of(
          "acc",
          "f1",
          "mcc",
          "acc_norm",
          "acc_bytes",
          "exact_match",
          "brier_score",
          "likelihood",
          "acc_mutual_info");

  private final TaskConfig config;
  private final boolean multipleTarget;
  private final List<Object> choices;
  private final List<Integer> gold;
  private final List<ScoredContinuation> scores;

  ChoiceScorer(
      TaskConfig config, PlannedTask task, PlannedDocument document, List<Object> results) {
    this.config = config;
    this.multipleTarget = task.multipleTarget() && !task.multipleInput();
    this.choices = document.choices();
    this.gold =
        TargetCheck.indices(task.multipleInput() ? document.text() : document.target(), choices);
    this.scores = results.stream().map(ScoredContinuation::of).toList();
  }

  Map<String, Object> values() {
    Map<String, Object> values = new LinkedHashMap<>();
    for (String metric : ORDER) {
      if (config.scoring().metrics().stream().noneMatch(use -> use.name().equals(metric))) {
        continue;
      }
      switch (metric) {
        case "acc" -> values.put("acc", correct(best(choice -> 1)));
        case "acc_norm" ->
            values.put("acc_norm", correct(best(text -> text.codePointCount(0, text.length()))));
        case "acc_bytes" ->
            values.put(
                "acc_bytes", correct(best(text -> text.getBytes(StandardCharsets.UTF_8).length)));
        case "acc_mutual_info" -> values.put("acc_mutual_info", correct(bestGain()));
        case "exact_match" -> values.put("exact_match", exact() ? 1L : 0L);
        case "f1", "mcc" ->
            values.put(metric, Arrays.asList(goldValue(), (long) best(choice -> 1)));
        case "brier_score" -> values.put("brier_score", Arrays.asList(goldValue(), softmax()));
        case "likelihood" -> values.put("likelihood", Arrays.asList(goldValue(), logLikelihoods()));
        default -> throw new IllegalStateException("no score for metric " + metric);
      }
    }
    return values;
  }

  private Object goldValue() {
    return multipleTarget
        ? gold.stream().map(Integer::longValue).toList()
        : (Object) gold.getFirst().longValue();
  }

  private double correct(int prediction) {
    return (multipleTarget ? gold.contains(prediction) : gold.getFirst() == prediction) ? 1 : 0;
  }

  /** The most likely choice after dividing by a length; of equals the first, and NaN wins. */
  private int best(ToDoubleFunction<String> length) {
    double[] values = new double[choices.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          scores.get(i).logLikelihood() / length.applyAsDouble(String.valueOf(choices.get(i)));
    }
    return largest(values);
  }

  /** The choice that the prompt makes most likelier than it is without one. */
  private int bestGain() {
    double[] values = new double[choices.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = scores.get(i).logLikelihood() - scores.get(choices.size() + i).logLikelihood();
    }
    return largest(values);
  }

  private static int largest(double[] values) {
    int best = 0;
    for (int i = 0; i < values.length; i++) {
      if (Double.isNaN(values[i])) {
        return i;
      }
      best = values[i] > values[best] ? i : best;
    }
    return best;
  }

  private boolean exact() {
    return gold.stream()
        .limit(multipleTarget ? gold.size() : 1)
        .filter(index -> index >= 0)
        .anyMatch(index -> scores.get(index).greedy());
  }

  private List<Double> logLikelihoods() {
    return scores.stream().limit(choices.size()).map(ScoredContinuation::logLikelihood).toList();
  }

  private List<Double> softmax() {
    List<Double> logs = logLikelihoods();
    double largest = logs.stream().mapToDouble(Double::doubleValue).max().orElse(0);
    double sum = logs.stream().mapToDouble(log -> Math.exp(log - largest)).sum();
    List<Double> result = new ArrayList<>();
    logs.forEach(log -> result.add(Math.exp(log - largest) / sum));
    return result;
  }
}
