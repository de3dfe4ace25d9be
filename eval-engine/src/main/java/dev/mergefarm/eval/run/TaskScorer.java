package dev.mergefarm.eval.run;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problems;
import dev.mergefarm.eval.EvaluationOptions;
import dev.mergefarm.eval.EvaluationOutcome.MetricValue;
import dev.mergefarm.eval.EvaluationOutcome.SampleRecord;
import dev.mergefarm.eval.EvaluationOutcome.TaskOutcome;
import dev.mergefarm.eval.filter.AnswerFilter;
import dev.mergefarm.eval.filter.Filters;
import dev.mergefarm.eval.metric.Aggregation;
import dev.mergefarm.eval.metric.StandardErrors;
import dev.mergefarm.eval.task.TaskConfig;
import dev.mergefarm.eval.task.TaskFunctions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** Filters the answers of one task, scores its documents, and aggregates. */
final class TaskScorer {

  private final PlannedTask task;
  private final TaskConfig config;
  private final EvaluationOptions options;
  private final TaskFunctions functions;
  private final DocumentScorer scorer;

  TaskScorer(PlannedTask task, EvaluationOptions options, TaskFunctions functions) {
    this.task = task;
    this.config = task.config();
    this.options = options;
    this.functions = functions;
    this.scorer = new DocumentScorer(task, functions);
  }

  /**
   * @param arguments of each request
   * @param answers of each request, one for each repeat
   */
  TaskOutcome score(List<List<Object>> arguments, List<List<Object>> answers) {
    List<SampleRecord> samples = new ArrayList<>();
    List<MetricValue> metrics = new ArrayList<>();
    for (TaskConfig.Pipeline pipeline : config.scoring().filters()) {
      List<Object> filtered = filter(pipeline, answers);
      List<SampleRecord> scored = samples(pipeline.name(), arguments, answers, filtered);
      samples.addAll(scored);
      metrics.addAll(aggregate(pipeline.name(), scored));
    }
    return new TaskOutcome(
        config.name(),
        config.alias(),
        config.version(),
        task.fewShotCount(),
        task.documents().size(),
        task.splitSize(),
        metrics,
        directions(),
        task.settings(),
        samples);
  }

  private Map<String, Optional<Boolean>> directions() {
    Map<String, Optional<Boolean>> result = new LinkedHashMap<>();
    config.scoring().metrics().forEach(use -> result.put(use.name(), use.higherIsBetter()));
    return result;
  }

  private List<Object> filter(TaskConfig.Pipeline pipeline, List<List<Object>> answers) {
    List<Map<String, Object>> documents =
        task.requests().stream()
            .map(request -> task.documents().get(request.document()).fields())
            .toList();
    List<Object> current = new ArrayList<>(answers);
    for (TaskConfig.FilterStep step : pipeline.steps()) {
      try {
        current = filter(step).apply(current, documents);
      } catch (IllegalArgumentException e) {
        throw failure("filter " + pipeline.name() + "/" + step.filter(), e);
      }
    }
    return current;
  }

  private AnswerFilter filter(TaskConfig.FilterStep step) {
    if (step.helper().isEmpty()) {
      return Filters.create(step.filter(), step.options(), step.filter(), new Problems());
    }
    return (answers, documents) -> {
      List<List<Object>> lists = new ArrayList<>();
      for (Object answer : answers) {
        lists.add(answer instanceof List<?> list ? new ArrayList<>(list) : List.of(answer));
      }
      return functions.find(step.helper().get()).applyFilter(step.options(), lists, documents);
    };
  }

  private MergefarmException failure(String where, IllegalArgumentException e) {
    return new MergefarmException(
        ErrorCode.INVALID_VALUE, config.name() + ": " + where + ": " + e.getMessage() + ".", e);
  }

  private List<SampleRecord> samples(
      String pipeline,
      List<List<Object>> arguments,
      List<List<Object>> answers,
      List<Object> filtered) {
    List<List<Integer>> requests = new ArrayList<>();
    task.documents().forEach(document -> requests.add(new ArrayList<>()));
    for (int i = 0; i < task.requests().size(); i++) {
      requests.get(task.requests().get(i).document()).add(i);
    }
    List<SampleRecord> result = new ArrayList<>();
    for (int i = 0; i < task.documents().size(); i++) {
      PlannedDocument document = task.documents().get(i);
      List<Integer> own = requests.get(i);
      List<Object> results = new ArrayList<>();
      own.forEach(request -> results.add(filtered.get(request)));
      result.add(
          new SampleRecord(
              document.index(),
              document.fields(),
              document.target(),
              own.stream().map(arguments::get).toList(),
              own.stream().map(answers::get).toList(),
              results,
              pipeline,
              values(document, results)));
    }
    return result;
  }

  private Map<String, Object> values(PlannedDocument document, List<Object> results) {
    if (options.predictOnly()) {
      return Map.of();
    }
    try {
      return scorer.score(document, results);
    } catch (IllegalArgumentException e) {
      throw failure("document " + document.index(), e);
    }
  }

  private List<MetricValue> aggregate(String pipeline, List<SampleRecord> samples) {
    Map<String, List<Object>> columns = new LinkedHashMap<>();
    for (SampleRecord sample : samples) {
      sample
          .values()
          .forEach(
              (name, value) -> columns.computeIfAbsent(name, n -> new ArrayList<>()).add(value));
    }
    List<MetricValue> result = new ArrayList<>();
    columns.forEach((name, values) -> result.add(aggregate(pipeline, name, values)));
    return result;
  }

  private MetricValue aggregate(String pipeline, String metric, List<Object> values) {
    TaskConfig.AggregationUse use = scorer.aggregation(metric);
    try {
      return switch (use) {
        case TaskConfig.AggregationUse.Named(Aggregation aggregation) ->
            new MetricValue(
                metric,
                pipeline,
                aggregation.aggregate(values),
                StandardErrors.of(aggregation, values, options.bootstrapIterations()));
        case TaskConfig.AggregationUse.Helper helper ->
            new MetricValue(
                metric,
                pipeline,
                number(functions.find(helper.reference()).call(List.of(values), Map.of())),
                OptionalDouble.empty());
      };
    } catch (IllegalArgumentException e) {
      throw failure("metric " + metric, e);
    }
  }

  private static double number(Object value) {
    if (value instanceof Number number) {
      return number.doubleValue();
    }
    throw new IllegalArgumentException("the aggregation gave " + value + ", not a number");
  }
}
