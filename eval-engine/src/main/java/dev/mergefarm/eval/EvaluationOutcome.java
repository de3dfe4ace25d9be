package dev.mergefarm.eval;

import dev.mergefarm.common.Problem;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * The scores of one run.
 *
 * @param tasks in evaluation order
 * @param groups children before their parents
 * @param warnings oddities that were tolerated
 */
public record EvaluationOutcome(
    List<TaskOutcome> tasks, List<GroupOutcome> groups, List<Problem> warnings) {

  public EvaluationOutcome {
    tasks = List.copyOf(tasks);
    groups = List.copyOf(groups);
    warnings = List.copyOf(warnings);
  }

  /**
   * One aggregated score.
   *
   * @param metric name, such as {@code acc}
   * @param filter name of the filter pipeline whose answers were scored; {@code none} by default
   * @param value the aggregate over all documents; may be NaN
   * @param standardError empty where the aggregation has none
   */
  public record MetricValue(
      String metric, String filter, double value, OptionalDouble standardError) {

    /** The key under which results files and objectives name this score: {@code acc,none}. */
    public String key() {
      return metric + "," + filter;
    }

    /** The key of the standard error: {@code acc_stderr,none}. */
    public String standardErrorKey() {
      return metric + "_stderr," + filter;
    }
  }

  /**
   * @param name of the task
   * @param alias what tables show
   * @param version {@code metadata.version} of the task file: a number or a text; {@code Yaml} when
   *     it has none
   * @param fewShotCount examples in each prompt
   * @param documents evaluated documents
   * @param splitSize documents of the split before any limit
   * @param metrics in the order of the task's metric list, pipeline by pipeline
   * @param higherIsBetter metric name to direction; an empty value where the task does not say
   * @param configuration the whole task as resolved, with defaults, as plain JSON values
   * @param samples one record for each document and filter pipeline, pipelines in order
   */
  public record TaskOutcome(
      String name,
      String alias,
      Object version,
      int fewShotCount,
      int documents,
      int splitSize,
      List<MetricValue> metrics,
      Map<String, Optional<Boolean>> higherIsBetter,
      Map<String, Object> configuration,
      List<SampleRecord> samples) {

    public TaskOutcome {
      metrics = List.copyOf(metrics);
      higherIsBetter = Collections.unmodifiableMap(new LinkedHashMap<>(higherIsBetter));
      configuration = Collections.unmodifiableMap(new LinkedHashMap<>(configuration));
      samples = List.copyOf(samples);
    }

    /** The score under a key such as {@code acc,none}. */
    public Optional<MetricValue> metric(String key) {
      return metrics.stream().filter(value -> value.key().equals(key)).findFirst();
    }
  }

  /**
   * @param name of the group
   * @param alias what tables show
   * @param version of the group; {@code N/A} when it has none
   * @param fewShotCount where all direct members agree
   * @param documents over all leaf tasks
   * @param members names of the direct members
   * @param aggregated whether the group has a score of its own
   * @param metrics empty when not aggregated
   * @param sampleCount score key to the documents of the tasks that contributed
   * @param higherIsBetter metric name to direction; an empty value where members disagree
   */
  public record GroupOutcome(
      String name,
      String alias,
      String version,
      OptionalInt fewShotCount,
      int documents,
      List<String> members,
      boolean aggregated,
      List<MetricValue> metrics,
      Map<String, Integer> sampleCount,
      Map<String, Optional<Boolean>> higherIsBetter) {

    public GroupOutcome {
      members = List.copyOf(members);
      metrics = List.copyOf(metrics);
      sampleCount = Collections.unmodifiableMap(new LinkedHashMap<>(sampleCount));
      higherIsBetter = Collections.unmodifiableMap(new LinkedHashMap<>(higherIsBetter));
    }
  }

  /**
   * One document under one filter pipeline.
   *
   * @param documentIndex of the document in its split
   * @param document its fields
   * @param target what the task expects: an index, a text, or a list of texts
   * @param arguments of each request: context and continuation, context and generation settings, or
   *     the whole text
   * @param answers for each request, one for each repeat
   * @param filteredAnswers for each request, what the pipeline made of its answers
   * @param filter name of the pipeline
   * @param values metric name to this document's value, in the metrics' order
   */
  public record SampleRecord(
      int documentIndex,
      Map<String, Object> document,
      Object target,
      List<List<Object>> arguments,
      List<List<Object>> answers,
      List<Object> filteredAnswers,
      String filter,
      Map<String, Object> values) {

    public SampleRecord {
      values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }
  }

  /** The outcome of a task by name. */
  public Optional<TaskOutcome> task(String name) {
    return tasks.stream().filter(task -> task.name().equals(name)).findFirst();
  }

  /** The outcome of a group by name. */
  public Optional<GroupOutcome> group(String name) {
    return groups.stream().filter(group -> group.name().equals(name)).findFirst();
  }
}
