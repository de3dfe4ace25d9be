package dev.mergefarm.python;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mergefarm.eval.function.PythonFunctions;
import dev.mergefarm.eval.function.PythonHostOptions;
import dev.mergefarm.eval.task.DirectoryTaskFiles;
import dev.mergefarm.eval.task.FunctionReference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** The helpers of the reference tasks against the prompts that the reference program recorded. */
class GoldenHelpersTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  private static Path goldens() {
    Path folder = Path.of(System.getProperty("mergefarm.shared", ""), "goldens", "eval");
    Assumptions.assumeTrue(Files.isDirectory(folder), "no reference results at " + folder);
    return folder;
  }

  private static String tasks(Path goldens) {
    return goldens.resolve("tasks").toString();
  }

  private static PythonFunctions functions(Path goldens) {
    return new PythonFunctions(
        new DirectoryTaskFiles(List.of(goldens.resolve("tasks"))),
        () -> PythonHostOptions.withClassPath(System.getProperty("java.class.path")),
        0);
  }

  private static List<JsonNode> lines(Path file) throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      lines.add(JSON.readTree(line));
    }
    return lines;
  }

  @SuppressWarnings("unchecked")
  private static List<Map<String, Object>> rows(Path file) throws IOException {
    return lines(file).stream()
        .map(line -> (Map<String, Object>) JSON.convertValue(line, Map.class))
        .toList();
  }

  private static List<Object> recordedPrompts(Path goldens, String task) throws IOException {
    Path samples = goldens.resolve("expected/jnli-all-tasks/samples_" + task + ".jsonl");
    return lines(samples).stream()
        .map(line -> (Object) line.get("arguments").get(0).get(0).asText())
        .toList();
  }

  @Test
  void helpersMakeThePromptsOfTheReferenceProgram() throws IOException {
    Path goldens = goldens();
    try (PythonFunctions functions = functions(goldens)) {
      List<Map<String, Object>> kept =
          functions
              .find(new FunctionReference(tasks(goldens), "helpers.process_docs"))
              .processDocuments(rows(goldens.resolve("data/jnli_test.jsonl")));
      List<Object> expected = recordedPrompts(goldens, "fx_jnli_function");
      assertThat(prompts(functions, goldens, "helpers.doc_to_text", kept))
          .startsWith(expected.toArray());
      assertThat(
              prompts(
                  functions,
                  goldens,
                  "preprocess_spartqa.doc_to_text",
                  rows(goldens.resolve("data/spartqa.jsonl"))))
          .startsWith(recordedPrompts(goldens, "fx_spartqa").toArray());
    }
  }

  private static List<Object> prompts(
      PythonFunctions functions, Path goldens, String name, List<Map<String, Object>> documents) {
    return functions
        .find(new FunctionReference(tasks(goldens), name))
        .callEach(documents.stream().map(List::<Object>of).toList());
  }
}
