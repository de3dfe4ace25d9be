package dev.mergefarm.eval.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mergefarm.eval.EvaluationOutcome;
import dev.mergefarm.eval.EvaluationOutcome.MetricValue;
import dev.mergefarm.eval.EvaluationOutcome.SampleRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Compares an outcome with results and records that the reference program wrote. */
final class ReferenceRecords {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final double sampleTolerance;
  private final double relativeTolerance;

  private ReferenceRecords(double sampleTolerance, double relativeTolerance) {
    this.sampleTolerance = sampleTolerance;
    this.relativeTolerance = relativeTolerance;
  }

  /** Checks every score and every record of recorded answers. */
  static void check(EvaluationOutcome outcome, Path expected) throws IOException {
    new ReferenceRecords(1e-12, 1e-9).checkAll(outcome, expected);
  }

  /**
   * Checks every score and every record of a model that computes by itself.
   *
   * @param tolerance of single log-likelihoods
   */
  static void checkWithin(double tolerance, EvaluationOutcome outcome, Path expected)
      throws IOException {
    // A word perplexity of 1e35 is the exponential of 82: equal to 7 digits there, to 5 here.
    new ReferenceRecords(tolerance, 1e-5).checkAll(outcome, expected);
  }

  private void checkAll(EvaluationOutcome outcome, Path expected) throws IOException {
    JsonNode results = JSON.readTree(Files.readString(expected.resolve("results.json")));
    for (EvaluationOutcome.TaskOutcome task : outcome.tasks()) {
      checkMetrics(task.metrics(), results.get("results").get(task.name()));
      assertThat(task.fewShotCount()).isEqualTo(results.get("n-shot").get(task.name()).asInt());
      assertThat(task.documents())
          .isEqualTo(results.get("n-samples").get(task.name()).get("effective").asInt());
      checkSamples(task.samples(), expected.resolve("samples_" + task.name() + ".jsonl"));
    }
    for (EvaluationOutcome.GroupOutcome group : outcome.groups()) {
      checkMetrics(group.metrics(), results.get("groups").get(group.name()));
    }
    if (results.has("higher_is_better")) {
      checkDirections(outcome, results.get("higher_is_better"));
    }
    assertThat(outcome.tasks().size() + outcome.groups().size())
        .isEqualTo(results.get("results").size());
  }

  private static void checkDirections(EvaluationOutcome outcome, JsonNode expected)
      throws IOException {
    for (EvaluationOutcome.TaskOutcome task : outcome.tasks()) {
      assertThat(tree(plain(task.higherIsBetter()))).isEqualTo(expected.get(task.name()));
    }
    for (EvaluationOutcome.GroupOutcome group : outcome.groups()) {
      if (expected.has(group.name())) {
        assertThat(tree(plain(group.higherIsBetter()))).isEqualTo(expected.get(group.name()));
      }
    }
  }

  private static Map<String, Boolean> plain(Map<String, Optional<Boolean>> directions) {
    Map<String, Boolean> result = new TreeMap<>();
    directions.forEach((name, direction) -> result.put(name, direction.orElse(null)));
    return result;
  }

  private void checkMetrics(List<MetricValue> metrics, JsonNode expected) {
    assertThat(metrics).isNotEmpty();
    for (MetricValue metric : metrics) {
      JsonNode value = expected.get(metric.key());
      assertThat(value).as(metric.key()).isNotNull();
      assertClose(metric.key(), metric.value(), value.asDouble());
      JsonNode error = expected.get(metric.standardErrorKey());
      if (error.isTextual()) {
        assertThat(metric.standardError()).as(metric.key()).isEmpty();
      } else {
        assertClose(
            metric.standardErrorKey(), metric.standardError().orElseThrow(), error.asDouble());
      }
    }
    long values = expected.propertyStream().filter(e -> e.getKey().contains(",")).count();
    assertThat(2L * metrics.size()).isEqualTo(values);
  }

  private void assertClose(String what, double actual, double expected) {
    assertThat(actual)
        .as(what)
        .isCloseTo(expected, within(Math.max(1e-6, relativeTolerance * Math.abs(expected))));
  }

  private void checkSamples(List<SampleRecord> samples, Path file) throws IOException {
    List<String> lines = Files.readAllLines(file);
    assertThat(samples).hasSize(lines.size());
    for (int i = 0; i < lines.size(); i++) {
      JsonNode expected = JSON.readTree(lines.get(i));
      SampleRecord sample = samples.get(i);
      String what = file.getFileName() + " line " + (i + 1);
      assertThat(sample.documentIndex()).as(what).isEqualTo(expected.get("doc_id").asInt());
      assertThat(sample.filter()).as(what).isEqualTo(expected.get("filter").asText());
      assertThat(tree(sample.arguments())).as(what).isEqualTo(expected.get("arguments"));
      assertThat(tree(sample.target())).as(what).isEqualTo(expected.get("target"));
      assertSame(what, tree(sample.filteredAnswers()), expected.get("filtered_resps"));
      assertThat(List.copyOf(sample.values().keySet()))
          .as(what)
          .isEqualTo(JSON.convertValue(expected.get("metrics"), List.class));
      for (var value : sample.values().entrySet()) {
        assertSame(what, tree(value.getValue()), expected.get(value.getKey()));
      }
    }
  }

  /** Equal, but for the last digits of fractions. */
  private void assertSame(String what, JsonNode actual, JsonNode expected) {
    if (expected.isArray()) {
      assertThat(actual.size()).as(what).isEqualTo(expected.size());
      for (int i = 0; i < expected.size(); i++) {
        assertSame(what, actual.get(i), expected.get(i));
      }
    } else if (expected.isDouble()) {
      assertThat(actual.asDouble())
          .as(what)
          .isCloseTo(expected.asDouble(), within(sampleTolerance));
    } else {
      assertThat(actual).as(what).isEqualTo(expected);
    }
  }

  private static JsonNode tree(Object value) throws IOException {
    return JSON.readTree(JSON.writeValueAsString(value));
  }
}
