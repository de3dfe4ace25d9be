package dev.mergefarm.eval.task;

import dev.mergefarm.eval.metric.Aggregation;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One task as its files say, checked: every key known, every value of the right type.
 *
 * @param name under which results are reported
 * @param alias what tables show
 * @param version a number or a text
 * @param file that defines it, for messages
 * @param unsafeCode whether scoring runs programs that the model wrote
 * @param keys the definition as plain values with defaults, as results files show it
 */
public record TaskConfig(
    String name,
    String alias,
    Object version,
    String file,
    OutputType outputType,
    Data data,
    Format format,
    FewShot fewShot,
    Scoring scoring,
    boolean unsafeCode,
    Map<String, Object> keys) {

  public TaskConfig {
    keys = Collections.unmodifiableMap(new LinkedHashMap<>(keys));
  }

  /**
   * Where documents come from.
   *
   * @param path a format ({@code json}, {@code csv}, {@code parquet}, {@code text}), a folder, or a
   *     data set's id; empty with a custom data set
   * @param name the data set's configuration
   * @param options {@code dataset_kwargs}
   * @param custom a helper that makes the data set
   * @param metadata what the custom helper is given
   * @param process a helper applied to every split that is read
   */
  public record Data(
      String path,
      Optional<String> name,
      Map<String, Object> options,
      Optional<FunctionReference> custom,
      Map<String, Object> metadata,
      Optional<String> trainingSplit,
      Optional<String> validationSplit,
      Optional<String> testSplit,
      Optional<FunctionReference> process) {

    /** The split whose documents are evaluated. */
    public Optional<String> evaluatedSplit() {
      return testSplit.or(() -> validationSplit);
    }
  }

  /**
   * How one document becomes text.
   *
   * @param generationPrefix start of the model's answer; a column's name or a template
   */
  public record Format(
      Field text,
      Field target,
      Field choice,
      Optional<String> generationPrefix,
      String description,
      String targetDelimiter,
      String exampleDelimiter) {}

  /**
   * How examples are chosen and written.
   *
   * @param count as the task says; empty when it does not
   * @param split the pool's split; empty for the fallback rule
   * @param samples a pool written in the task file
   * @param samplesFunction a helper that returns the pool
   * @param process a helper applied to a pool that comes from a split
   */
  public record FewShot(
      OptionalInt count,
      Sampler sampler,
      Optional<String> split,
      Optional<List<Map<String, Object>>> samples,
      Optional<FunctionReference> samplesFunction,
      Optional<FunctionReference> process,
      Format format) {}

  /** How examples are picked from the pool. */
  public enum Sampler {
    /** At random, seeded. */
    DEFAULT,
    /** The first of the pool. */
    FIRST_N
  }

  /**
   * How answers become scores.
   *
   * @param processResults a helper in place of built-in scoring
   * @param repeats how often each request is sent
   * @param generation {@code generation_kwargs} with defaults; empty for other output types
   */
  public record Scoring(
      List<MetricUse> metrics,
      List<Pipeline> filters,
      Optional<FunctionReference> processResults,
      int repeats,
      Map<String, Object> generation) {}

  /**
   * One entry of the metric list.
   *
   * @param function a helper that computes the metric
   * @param aggregation a named aggregation, or a helper
   * @param higherIsBetter empty where neither task nor catalogue says
   * @param options every other key of the entry
   */
  public record MetricUse(
      String name,
      Optional<FunctionReference> function,
      AggregationUse aggregation,
      Optional<Boolean> higherIsBetter,
      Map<String, Object> options) {}

  /** How a metric's values become one number. */
  public sealed interface AggregationUse {
    /** By a built-in formula. */
    record Named(Aggregation aggregation) implements AggregationUse {}

    /** By a Python helper. */
    record Helper(FunctionReference reference) implements AggregationUse {}
  }

  /**
   * One independent chain of filters.
   *
   * @param name the second half of result keys
   */
  public record Pipeline(String name, List<FilterStep> steps) {
    public Pipeline {
      steps = List.copyOf(steps);
    }
  }

  /**
   * @param filter a registered name; empty with a helper
   * @param helper a Python class or function
   */
  public record FilterStep(
      String filter, Optional<FunctionReference> helper, Map<String, Object> options) {}
}
