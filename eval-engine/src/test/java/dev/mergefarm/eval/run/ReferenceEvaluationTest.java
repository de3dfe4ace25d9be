package dev.mergefarm.eval.run;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.Progress;
import dev.mergefarm.eval.Evaluation;
import dev.mergefarm.eval.EvaluationOptions;
import dev.mergefarm.eval.RecordSink;
import dev.mergefarm.eval.data.DirectoryDataFiles;
import dev.mergefarm.eval.task.DirectoryTaskFiles;
import dev.mergefarm.eval.task.TaskLibrary;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Task files that use the format's rarer parts, with what lm-evaluation-harness 0.4.13 made of them
 * when a stand-in for a model answered by hashes of the requests.
 */
class ReferenceEvaluationTest {

  private static final Path REFERENCE =
      Path.of(System.getProperty("mergefarm.root"), "eval-engine/src/test/resources/reference");

  private static final JavaFunctions HELPERS =
      new JavaFunctions().define("helper.micro", (arguments, keywords) -> accuracy(arguments));

  private static double accuracy(List<?> arguments) {
    List<?> pairs = (List<?>) arguments.getFirst();
    return pairs.stream()
        .mapToDouble(pair -> ((List<?>) pair).get(0).equals(((List<?>) pair).get(1)) ? 1 : 0)
        .average()
        .orElseThrow();
  }

  private static EvaluationOptions.Builder options() {
    return EvaluationOptions.builder().bootstrapIterations(2000);
  }

  private static void check(String name, EvaluationOptions.Builder options, String... tasks)
      throws IOException {
    Path expected = REFERENCE.resolve("expected").resolve(name);
    Evaluation evaluation =
        new TaskEvaluation(
            new TaskLibrary(new DirectoryTaskFiles(List.of(REFERENCE.resolve("tasks")))),
            DirectoryDataFiles.confined(List.of(REFERENCE)),
            HELPERS);
    ReferenceRecords.check(
        evaluation.run(
            evaluation.plan(options.build(), List.of(tasks)),
            RecordedModel.of(expected),
            Progress.Listener.NONE,
            Cancellation.NEVER,
            RecordSink.NONE),
        expected);
  }

  @Test
  void everyOutputTypeFieldFormSamplerAndFilterScoresAsTheReferenceDoes() throws IOException {
    check("all", options(), "r_*");
  }

  @Test
  void nestedAndInlineGroupsAggregateAsTheReferenceDoes() throws IOException {
    check("groups", options(), "g_outer");
  }

  @Test
  void aRunMayLimitDocumentsAndChangeExamplesAndGeneration() throws IOException {
    check(
        "limit",
        options()
            .limit(0.3)
            .fewShotCount(1)
            .systemInstruction("Be brief.")
            .generationOverrides(Map.of("max_gen_toks", 5L)),
        "r_mc_all",
        "r_gen");
  }

  @Test
  void examplesBecomeTurnsOfAChat() throws IOException {
    check(
        "chat",
        options().applyChatTemplate(true).fewShotAsMultiturn(true).systemInstruction("Be brief."),
        "r_mc_prefix",
        "r_mc_all",
        "r_gen",
        "r_gen_multi",
        "r_wino",
        "r_ll");
  }

  @Test
  void examplesAndQuestionMayShareOneTurn() throws IOException {
    check(
        "chatsingle",
        options().applyChatTemplate(true),
        "r_mc_prefix",
        "r_mc_exclude",
        "r_gen_multi");
  }
}
