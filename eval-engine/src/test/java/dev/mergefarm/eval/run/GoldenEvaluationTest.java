package dev.mergefarm.eval.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.Progress;
import dev.mergefarm.eval.Evaluation;
import dev.mergefarm.eval.EvaluationOptions;
import dev.mergefarm.eval.EvaluationOutcome;
import dev.mergefarm.eval.EvaluationOutcome.MetricValue;
import dev.mergefarm.eval.EvaluationOutcome.SampleRecord;
import dev.mergefarm.eval.RecordSink;
import dev.mergefarm.eval.data.DirectoryDataFiles;
import dev.mergefarm.eval.task.DirectoryTaskFiles;
import dev.mergefarm.eval.task.TaskLibrary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The same answers must give the same records and scores. The answers, records and scores are those
 * of lm-evaluation-harness 0.4.13.
 */
class GoldenEvaluationTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path SHARED = Path.of(System.getProperty("mergefarm.shared"));
  private static final Path GOLDENS = SHARED.resolve("goldens/eval");

  private static final JavaFunctions HELPERS =
      new JavaFunctions()
          .define("helpers.doc_to_text", (arguments, keywords) -> helperText(arguments))
          .define("preprocess_spartqa.doc_to_text", (arguments, keywords) -> spartqa(arguments))
          .defineRowFilter(
              "helpers.process_docs", row -> row.get("premise").toString().length() < 30);

  private static String helperText(List<?> arguments) {
    Map<?, ?> document = (Map<?, ?>) arguments.getFirst();
    return "P: %s\nH: %s\n関係："
        .formatted(
            document.get("premise").toString().strip(),
            document.get("hypothesis").toString().strip());
  }

  private static String spartqa(List<?> arguments) {
    Map<?, ?> document = (Map<?, ?>) arguments.getFirst();
    List<String> lines = new ArrayList<>();
    List<?> answers = (List<?>) document.get("candidate_answers");
    for (int i = 0; i < answers.size(); i++) {
      lines.add("ABCD".charAt(i) + ". " + answers.get(i));
    }
    return "Context:\n%s\n\nQuestion: %s\n%s\nAnswer:"
        .formatted(document.get("story"), document.get("question"), String.join("\n", lines));
  }

  private static Evaluation evaluation() {
    return new TaskEvaluation(
        new TaskLibrary(new DirectoryTaskFiles(List.of(GOLDENS.resolve("tasks")))),
        DirectoryDataFiles.confined(List.of(GOLDENS)),
        HELPERS);
  }

  private static EvaluationOutcome run(Path expected, String... tasks) throws IOException {
    Assumptions.assumeTrue(Files.isDirectory(GOLDENS), "the shared goldens are not here");
    Evaluation evaluation = evaluation();
    return evaluation.run(
        evaluation.plan(EvaluationOptions.defaults(), List.of(tasks)),
        RecordedModel.of(expected),
        Progress.Listener.NONE,
        Cancellation.NEVER,
        RecordSink.NONE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"base", "jnli", "janli", "jsick", "merged-half", "merged-7030"})
  void groupOfMultipleChoiceTasksScoresAsTheReferenceDoes(String model) throws IOException {
    Path expected = GOLDENS.resolve("expected").resolve(model);
    checkAll(run(expected, "fx_ja_nli"), expected);
  }

  @Test
  void allOtherKindsOfTasksScoreAsTheReferenceDoes() throws IOException {
    Path expected = GOLDENS.resolve("expected/jnli-all-tasks");
    checkAll(
        run(
            expected,
            "fx_cloze",
            "fx_jnli_fewshot*",
            "fx_jnli_function",
            "fx_jnli_generate",
            "fx_mgsm_ja",
            "fx_premise_rolling",
            "fx_prompt_format",
            "fx_spartqa"),
        expected);
  }

  private static void checkAll(EvaluationOutcome outcome, Path expected) throws IOException {
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
    assertThat(outcome.tasks().size() + outcome.groups().size())
        .isEqualTo(results.get("results").size());
  }

  private static void checkMetrics(List<MetricValue> metrics, JsonNode expected) {
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

  private static void assertClose(String what, double actual, double expected) {
    assertThat(actual).as(what).isCloseTo(expected, within(1e-6 * Math.max(1, Math.abs(expected))));
  }

  private static void checkSamples(List<SampleRecord> samples, Path file) throws IOException {
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
      assertThat(tree(sample.filteredAnswers())).as(what).isEqualTo(expected.get("filtered_resps"));
      assertThat(List.copyOf(sample.values().keySet()))
          .as(what)
          .isEqualTo(JSON.convertValue(expected.get("metrics"), List.class));
      for (var value : sample.values().entrySet()) {
        assertThat(tree(value.getValue())).as(what).isEqualTo(expected.get(value.getKey()));
      }
    }
  }

  private static JsonNode tree(Object value) throws IOException {
    return JSON.readTree(JSON.writeValueAsString(value));
  }
}
