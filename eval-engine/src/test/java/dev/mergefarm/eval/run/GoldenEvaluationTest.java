package dev.mergefarm.eval.run;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.Progress;
import dev.mergefarm.eval.Evaluation;
import dev.mergefarm.eval.EvaluationOptions;
import dev.mergefarm.eval.EvaluationOutcome;
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

  private static final Path SHARED = Path.of(System.getProperty("mergefarm.shared"));
  private static final Path GOLDENS = SHARED.resolve("goldens/eval");

  static final JavaFunctions HELPERS =
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
    ReferenceRecords.check(run(expected, "fx_ja_nli"), expected);
  }

  @Test
  void allOtherKindsOfTasksScoreAsTheReferenceDoes() throws IOException {
    Path expected = GOLDENS.resolve("expected/jnli-all-tasks");
    ReferenceRecords.check(
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
}
