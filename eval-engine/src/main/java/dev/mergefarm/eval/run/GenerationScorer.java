package dev.mergefarm.eval.run;

import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.eval.metric.ExactMatch;
import dev.mergefarm.eval.task.TaskConfig;
import dev.mergefarm.eval.task.TaskFunction;
import dev.mergefarm.eval.task.TaskFunctions;
import dev.mergefarm.eval.template.PythonLiteral;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Scores generated texts against what the task expects. Not thread safe. */
final class GenerationScorer {

  private final PlannedTask task;
  private final TaskConfig config;
  private final TaskFunctions functions;
  private final Map<String, TaskConfig.AggregationUse> aggregations;
  private final Map<TaskConfig.MetricUse, ExactMatch> matchers = new HashMap<>();

  /**
   * @param aggregations receives the metrics that a helper makes beside its own name
   */
  GenerationScorer(
      PlannedTask task,
      TaskFunctions functions,
      Map<String, TaskConfig.AggregationUse> aggregations) {
    this.task = task;
    this.config = task.config();
    this.functions = functions;
    this.aggregations = aggregations;
  }

  Map<String, Object> score(PlannedDocument document, Object result) {
    Object gold = gold(document, result);
    Map<String, Object> values = new LinkedHashMap<>();
    for (TaskConfig.MetricUse use : config.scoring().metrics()) {
      if (use.function().isPresent()) {
        helperMetric(use, gold, result, values);
      } else if (use.name().equals("exact_match")) {
        values.put("exact_match", exactMatch(use, gold, result));
      } else if (use.name().equals("code_eval")) {
        add(use, CodeScorer.score(use, gold, result, functions.programs()), values);
      } else if (use.name().equals("bypass")) {
        values.put("bypass", null);
      } else {
        values.put(use.name(), Arrays.asList(gold, result));
      }
    }
    return values;
  }

  private Object gold(PlannedDocument document, Object result) {
    Object target = document.target();
    if (config.format().choice().isPresent()) {
      return choice(document, target);
    }
    if (task.multipleTarget() && target instanceof List<?>) {
      return target;
    }
    boolean sameKind = target != null && result != null && target.getClass() == result.getClass();
    return sameKind || result instanceof List<?> ? target : PythonLiteral.str(target);
  }

  private static Object choice(PlannedDocument document, Object target) {
    if (target instanceof List<?> several) {
      return several.stream().map(one -> choice(document, one)).toList();
    }
    return target instanceof Long index && index >= 0 && index < document.choices().size()
        ? document.choices().get(index.intValue())
        : target;
  }

  private double exactMatch(TaskConfig.MetricUse use, Object gold, Object result) {
    ExactMatch matcher = matchers.computeIfAbsent(use, GenerationScorer::matcher);
    List<?> golds = gold instanceof List<?> list ? list : Arrays.asList(gold);
    String prediction = text(result);
    for (Object single : golds) {
      if (matcher.score(text(single), prediction) > 0) {
        return 1;
      }
    }
    return 0;
  }

  private static String text(Object value) {
    return value instanceof String text ? text : PythonLiteral.str(value);
  }

  private static ExactMatch matcher(TaskConfig.MetricUse use) {
    return ExactMatchOptions.read(use.options());
  }

  private void helperMetric(
      TaskConfig.MetricUse use, Object gold, Object result, Map<String, Object> values) {
    TaskFunction helper = functions.find(use.function().orElseThrow());
    Map<String, Object> keywords = new LinkedHashMap<>();
    keywords.put("references", Arrays.asList(gold));
    keywords.put("predictions", Arrays.asList(result));
    keywords.putAll(use.options());
    Object value;
    try {
      value = helper.call(List.of(), keywords);
    } catch (MergefarmException e) {
      // The reference tries keywords first and falls back to one positional pair.
      if (!e.getMessage().contains("TypeError")) {
        throw e;
      }
      value = helper.call(List.of(Arrays.asList(gold, result)), Map.of());
    }
    if (value instanceof Map<?, ?> map) {
      add(use, map, values);
    } else {
      values.put(use.name(), value);
    }
  }

  /** A metric that makes several numbers gives its aggregation to each. */
  private void add(TaskConfig.MetricUse use, Map<?, ?> made, Map<String, Object> values) {
    made.forEach(
        (name, entry) -> {
          values.put(name.toString(), entry);
          aggregations.putIfAbsent(name.toString(), use.aggregation());
        });
  }
}
