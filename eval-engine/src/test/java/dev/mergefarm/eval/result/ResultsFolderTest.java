package dev.mergefarm.eval.result;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mergefarm.eval.EvaluationOptions;
import dev.mergefarm.eval.EvaluationOutcome;
import dev.mergefarm.eval.EvaluationOutcome.GroupOutcome;
import dev.mergefarm.eval.EvaluationOutcome.MetricValue;
import dev.mergefarm.eval.EvaluationOutcome.SampleRecord;
import dev.mergefarm.eval.EvaluationOutcome.TaskOutcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultsFolderTest {

  private static Map<String, Object> document() {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("q", "1+1=");
    document.put("choices", List.of("2", "three!"));
    document.put("label", 0L);
    document.put("lab_s", "0");
    return document;
  }

  private static SampleRecord sample() {
    return new SampleRecord(
        0,
        document(),
        0L,
        List.of(List.of("1+1=", " 2"), List.of("1+1=", " three!")),
        List.of(List.of(List.of(-12.5, false)), List.of(List.of(-1e-5, true))),
        List.of(List.of(-12.5, false), List.of(-1e-5, true)),
        "none",
        Map.of("acc", 0.0));
  }

  private static EvaluationOutcome outcome() {
    MetricValue accuracy = new MetricValue("acc", "none", 0.0, OptionalDouble.empty());
    TaskOutcome task =
        new TaskOutcome(
            "sums",
            "Sums",
            1.0,
            2,
            1,
            4,
            List.of(accuracy),
            Map.of("acc", Optional.of(true)),
            Map.of("task", "sums"),
            List.of(sample()));
    GroupOutcome group =
        new GroupOutcome(
            "all",
            "all",
            "N/A",
            OptionalInt.of(2),
            1,
            List.of("sums"),
            true,
            List.of(accuracy),
            Map.of("acc,none", 1),
            Map.of("acc", Optional.empty()));
    return new EvaluationOutcome(List.of(task), List.of(group), List.of());
  }

  private static RunDescription run() {
    return new RunDescription(
        "models/a",
        Map.of("dtype", "float32"),
        EvaluationOptions.defaults(),
        Instant.ofEpochSecond(1_700_000_000),
        Duration.ofMillis(1500),
        "0.1.0",
        512,
        Optional.empty());
  }

  @Test
  void hashesAreThoseOfTheReferenceProgram() {
    Hashes hashes = Hashes.of(sample());
    assertThat(hashes.document())
        .isEqualTo("c1ca5d794a7bf4a1e894fbc932ab30d95c9b56ed046bc7c98eae48190ad3ba3d");
    assertThat(hashes.target())
        .isEqualTo("5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9");
  }

  @Test
  void recordsHaveTheLayoutOfTheReferenceProgram() throws IOException {
    JsonNode line = new ObjectMapper().readTree(SampleLines.line(sample()));
    assertThat(line.get("arguments").get("gen_args_1").get("arg_1").asText()).isEqualTo(" three!");
    assertThat(line.get("resps").toString())
        .isEqualTo("[[[\"-12.5\",\"False\"]],[[\"-1e-05\",\"True\"]]]");
    assertThat(line.get("filtered_resps").toString())
        .isEqualTo("[[\"-12.5\",\"False\"],[\"-1e-05\",\"True\"]]");
    assertThat(line.get("target").asText()).isEqualTo("0");
    assertThat(line.get("metrics").toString()).isEqualTo("[\"acc\"]");
    assertThat(line.get("acc").asDouble()).isEqualTo(0.0);
  }

  @Test
  void resultsHaveTheLayoutOfTheReferenceProgram(@TempDir Path folder) throws IOException {
    List<Path> written = ResultsFolder.write(folder, outcome(), run());
    assertThat(written)
        .extracting(path -> path.getFileName().toString())
        .containsExactly("results.json", "samples_sums.jsonl");
    JsonNode root = new ObjectMapper().readTree(Files.readString(written.getFirst()));
    assertThat(root.at("/results/sums/acc,none").asDouble()).isEqualTo(0.0);
    assertThat(root.at("/results/sums/acc_stderr,none").asText()).isEqualTo("N/A");
    assertThat(root.at("/results/sums/alias").asText()).isEqualTo("Sums");
    assertThat(root.at("/groups/all/sample_count/acc,none").asInt()).isEqualTo(1);
    assertThat(root.at("/group_subtasks/all/0").asText()).isEqualTo("sums");
    assertThat(root.at("/versions/sums").asDouble()).isEqualTo(1.0);
    assertThat(root.at("/n-shot/all").asInt()).isEqualTo(2);
    assertThat(root.at("/n-samples/sums/original").asInt()).isEqualTo(4);
    assertThat(root.at("/higher_is_better/all/acc").isNull()).isTrue();
    assertThat(root.at("/config/bootstrap_iters").asInt()).isEqualTo(100_000);
    assertThat(root.at("/task_hashes/sums").asText()).hasSize(64);
  }

  @Test
  void jsonIsWrittenAsPythonWritesIt() {
    Map<String, Object> value = new LinkedHashMap<>();
    value.put("text", "a\"b\\\n\u0001é😀\u007f");
    value.put("numbers", List.of(1L, 1.0, 1e16, 1e-5, Double.NaN, Double.NEGATIVE_INFINITY));
    value.put("nothing", null);
    value.put("empty", List.of(List.of(), Map.of()));
    assertThat(PythonJson.compact(value))
        .isEqualTo(
            "{\"text\": \"a\\\"b\\\\\\n\\u0001é😀\u007f\", \"numbers\": [1, 1.0, 1e+16, 1e-05, NaN,"
                + " -Infinity], \"nothing\": null, \"empty\": [[], {}]}");
    assertThat(PythonJson.indented(Map.of("a", List.of(1L, 2L))))
        .isEqualTo("{\n  \"a\": [\n    1,\n    2\n  ]\n}");
  }
}
