package dev.mergefarm.eval.run;

import dev.mergefarm.eval.metric.Aggregation;
import dev.mergefarm.eval.task.TaskConfig;
import dev.mergefarm.eval.task.TaskFunctions;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Scores single documents of one task. Not thread safe. */
final class DocumentScorer {

  private static final Pattern SPACE = Pattern.compile("\\s+", Pattern.UNICODE_CHARACTER_CLASS);

  private final PlannedTask task;
  private final TaskConfig config;
  private final TaskFunctions functions;
  private final GenerationScorer generations;
  private final Map<String, TaskConfig.AggregationUse> aggregations = new HashMap<>();

  DocumentScorer(PlannedTask task, TaskFunctions functions) {
    this.task = task;
    this.config = task.config();
    this.functions = functions;
    this.generations = new GenerationScorer(task, functions, aggregations);
    config.scoring().metrics().forEach(use -> aggregations.put(use.name(), use.aggregation()));
  }

  /** How a metric's values are aggregated; those of a helper's own making are averaged. */
  TaskConfig.AggregationUse aggregation(String metric) {
    return aggregations.getOrDefault(metric, new TaskConfig.AggregationUse.Named(Aggregation.MEAN));
  }

  /**
   * @param results filtered answers of the document's requests, in order
   * @return metric name to value, in the order of the metric list
   * @throws IllegalArgumentException if the results are not of the kind that scoring takes
   */
  Map<String, Object> score(PlannedDocument document, List<Object> results) {
    if (config.scoring().processResults().isPresent()) {
      return helperValues(document, results);
    }
    return switch (config.outputType()) {
      case LOGLIKELIHOOD -> continuation(results);
      case LOGLIKELIHOOD_ROLLING -> whole(document, results);
      case MULTIPLE_CHOICE -> new ChoiceScorer(config, task, document, results).values();
      case GENERATE_UNTIL -> generations.score(document, results.getFirst());
    };
  }

  private Map<String, Object> helperValues(PlannedDocument document, List<Object> results) {
    Object values =
        functions
            .find(config.scoring().processResults().get())
            .call(List.of(document.fields(), results), Map.of());
    if (!(values instanceof Map<?, ?> map)) {
      throw new IllegalArgumentException("process_results must return a mapping, not " + values);
    }
    Map<String, Object> result = new LinkedHashMap<>();
    map.forEach((name, value) -> result.put(name.toString(), value));
    return result;
  }

  private boolean wants(String metric) {
    return config.scoring().metrics().stream().anyMatch(use -> use.name().equals(metric));
  }

  private Map<String, Object> continuation(List<Object> results) {
    ScoredContinuation score = ScoredContinuation.of(results.getFirst());
    Map<String, Object> values = new LinkedHashMap<>();
    if (wants("perplexity")) {
      values.put("perplexity", score.logLikelihood());
    }
    if (wants("acc")) {
      values.put("acc", score.greedy() ? 1L : 0L);
    }
    return values;
  }

  private Map<String, Object> whole(PlannedDocument document, List<Object> results) {
    if (!(results.getFirst() instanceof Double score)) {
      throw new IllegalArgumentException("expected a log-likelihood, found " + results.getFirst());
    }
    String text = String.valueOf(document.target());
    long words = SPACE.split(text, -1).length;
    long bytes = text.getBytes(StandardCharsets.UTF_8).length;
    Map<String, Object> values = new LinkedHashMap<>();
    if (wants("word_perplexity")) {
      values.put("word_perplexity", List.of(score, words));
    }
    if (wants("byte_perplexity")) {
      values.put("byte_perplexity", List.of(score, bytes));
    }
    if (wants("bits_per_byte")) {
      values.put("bits_per_byte", List.of(score, bytes));
    }
    return values;
  }
}
