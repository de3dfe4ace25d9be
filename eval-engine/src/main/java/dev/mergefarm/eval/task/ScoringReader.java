package dev.mergefarm.eval.task;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problems;
import dev.mergefarm.eval.filter.Filters;
import dev.mergefarm.eval.metric.Aggregation;
import dev.mergefarm.eval.metric.Metric;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Reads metrics, filters, repeats and generation settings. */
final class ScoringReader {

  private static final int DEFAULT_NEW_TOKENS = 256;

  private final TaskTree.Leaf leaf;
  private final KeyReader keys;
  private final Problems problems;

  ScoringReader(TaskTree.Leaf leaf, KeyReader keys, Problems problems) {
    this.leaf = leaf;
    this.keys = keys;
    this.problems = problems;
  }

  TaskConfig.Scoring read(OutputType type, String exampleDelimiter) {
    Optional<FunctionReference> results = keys.function("process_results");
    int repeats = keys.count("repeats").orElse(1);
    if (repeats < 1) {
      problems.error(
          ErrorCode.INVALID_VALUE, keys.path("repeats"), "'repeats' must be at least 1.");
    }
    return new TaskConfig.Scoring(
        metrics(type, results.isPresent()),
        pipelines(),
        results,
        Math.max(1, repeats),
        type == OutputType.GENERATE_UNTIL ? generation(exampleDelimiter) : Map.of());
  }

  private List<TaskConfig.MetricUse> metrics(OutputType type, boolean ownScoring) {
    if (leaf.keys().get("metric_list") == null) {
      return type.defaultMetrics().stream().map(ScoringReader::builtIn).toList();
    }
    List<TaskConfig.MetricUse> result = new ArrayList<>();
    List<Object> entries = keys.list("metric_list");
    for (int i = 0; i < entries.size(); i++) {
      String path = keys.path("metric_list[" + i + "]");
      if (entries.get(i) instanceof Map<?, ?> entry) {
        metric(path, entry, ownScoring).ifPresent(result::add);
      } else {
        problems.error(ErrorCode.INVALID_VALUE, path, "An entry must be a mapping with 'metric'.");
      }
    }
    return result;
  }

  private static TaskConfig.MetricUse builtIn(String name) {
    Metric metric = Metric.find(name).orElseThrow();
    return new TaskConfig.MetricUse(
        name,
        Optional.empty(),
        new TaskConfig.AggregationUse.Named(metric.aggregation()),
        Optional.of(metric.higherIsBetter()),
        Map.of());
  }

  private Optional<TaskConfig.MetricUse> metric(String path, Map<?, ?> entry, boolean ownScoring) {
    Object named = entry.get("metric");
    if (!(named instanceof String) && !(named instanceof FunctionReference)) {
      problems.error(
          ErrorCode.MISSING_KEY, path + ".metric", "An entry needs 'metric', a name or !function.");
      return Optional.empty();
    }
    Optional<FunctionReference> function =
        named instanceof FunctionReference reference ? Optional.of(reference) : Optional.empty();
    String name = function.map(FunctionReference::attribute).orElseGet(named::toString);
    Optional<Metric> known = Metric.find(name);
    if (known.isEmpty() && function.isEmpty() && !ownScoring) {
      problems.unknownName(
          ErrorCode.UNKNOWN_METRIC,
          path + ".metric",
          "No metric is named '" + name + "'.",
          name,
          Metric.keys());
      return Optional.empty();
    }
    Optional<Boolean> higherIsBetter =
        entry.get("higher_is_better") == null
            ? known.map(Metric::higherIsBetter)
            : Optional.of(GroupDefinition.truthy(entry.get("higher_is_better")));
    return aggregation(path, entry.get("aggregation"), known)
        .map(
            aggregation ->
                new TaskConfig.MetricUse(
                    name, function, aggregation, higherIsBetter, options(entry)));
  }

  private static Map<String, Object> options(Map<?, ?> entry) {
    Set<String> ours = Set.of("metric", "aggregation", "higher_is_better", "hf_evaluate");
    Map<String, Object> options = new LinkedHashMap<>();
    entry.forEach((key, value) -> options.put(key.toString(), value));
    options.keySet().removeAll(ours);
    return options;
  }

  private Optional<TaskConfig.AggregationUse> aggregation(
      String path, Object value, Optional<Metric> known) {
    if (value instanceof FunctionReference reference) {
      Optional<Aggregation> twin = Aggregation.find(reference.attribute());
      return Optional.of(
          twin.<TaskConfig.AggregationUse>map(TaskConfig.AggregationUse.Named::new)
              .orElseGet(() -> new TaskConfig.AggregationUse.Helper(reference)));
    }
    Optional<Aggregation> found =
        value == null ? known.map(Metric::aggregation) : Aggregation.find(value.toString());
    if (found.isEmpty()) {
      String name = value == null ? "" : value.toString();
      problems.unknownName(
          ErrorCode.UNKNOWN_METRIC,
          path + ".aggregation",
          value == null
              ? "A metric that is not built in needs 'aggregation'."
              : "No aggregation is named '" + name + "'.",
          name,
          Aggregation.keys());
    }
    return found.map(TaskConfig.AggregationUse.Named::new);
  }

  private List<TaskConfig.Pipeline> pipelines() {
    if (leaf.keys().get("filter_list") == null) {
      TaskConfig.FilterStep first =
          new TaskConfig.FilterStep("take_first", Optional.empty(), Map.of());
      return List.of(new TaskConfig.Pipeline("none", List.of(first)));
    }
    List<TaskConfig.Pipeline> result = new ArrayList<>();
    List<Object> entries = keys.list("filter_list");
    for (int i = 0; i < entries.size(); i++) {
      String path = keys.path("filter_list[" + i + "]");
      if (entries.get(i) instanceof Map<?, ?> entry
          && entry.get("name") != null
          && entry.get("filter") instanceof List<?> steps) {
        result.add(new TaskConfig.Pipeline(entry.get("name").toString(), steps(path, steps)));
      } else {
        problems.error(
            ErrorCode.INVALID_VALUE, path, "An entry must be a mapping with 'name' and 'filter'.");
      }
    }
    return result;
  }

  private List<TaskConfig.FilterStep> steps(String path, List<?> steps) {
    List<TaskConfig.FilterStep> result = new ArrayList<>();
    for (int i = 0; i < steps.size(); i++) {
      step(path + ".filter[" + i + "]", steps.get(i)).ifPresent(result::add);
    }
    return result;
  }

  private Optional<TaskConfig.FilterStep> step(String path, Object item) {
    if (!(item instanceof Map<?, ?> entry) || entry.get("function") == null) {
      problems.error(ErrorCode.MISSING_KEY, path, "A filter step needs 'function'.");
      return Optional.empty();
    }
    Map<String, Object> options = new LinkedHashMap<>();
    entry.forEach((key, value) -> options.put(key.toString(), value));
    Object function = options.remove("function");
    if (function instanceof FunctionReference helper) {
      return Optional.of(new TaskConfig.FilterStep(helper.name(), Optional.of(helper), options));
    }
    if ("custom".equals(function)) {
      if (options.remove("filter_fn") instanceof FunctionReference helper) {
        return Optional.of(new TaskConfig.FilterStep("custom", Optional.of(helper), options));
      }
      problems.error(
          ErrorCode.MISSING_KEY, path + ".filter_fn", "Filter 'custom' needs a !function here.");
      return Optional.empty();
    }
    Filters.create(function.toString(), options, path, problems);
    return Optional.of(new TaskConfig.FilterStep(function.toString(), Optional.empty(), options));
  }

  private Map<String, Object> generation(String exampleDelimiter) {
    Map<String, Object> result = new LinkedHashMap<>();
    if (leaf.keys().get("generation_kwargs") == null) {
      result.put("until", List.of(exampleDelimiter));
      result.put("max_gen_toks", (long) DEFAULT_NEW_TOKENS);
      result.put("do_sample", false);
      result.put("temperature", 0.0);
      return result;
    }
    result.putAll(keys.map("generation_kwargs"));
    result.putIfAbsent("until", List.of(exampleDelimiter));
    if (result.get("temperature") instanceof Number temperature) {
      result.put("temperature", temperature.doubleValue());
    }
    Stream.of("until")
        .filter(key -> result.get(key) instanceof String)
        .forEach(key -> result.put(key, List.of(result.get(key))));
    return result;
  }
}
