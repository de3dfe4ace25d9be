package dev.mergefarm.eval.run;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.Progress;
import dev.mergefarm.eval.Evaluation;
import dev.mergefarm.eval.EvaluationOptions;
import dev.mergefarm.eval.RecordSink;
import dev.mergefarm.eval.data.DirectoryDataFiles;
import dev.mergefarm.eval.model.LocalLanguageModel;
import dev.mergefarm.eval.model.ModelLoader;
import dev.mergefarm.eval.model.ModelOptions;
import dev.mergefarm.eval.task.DirectoryTaskFiles;
import dev.mergefarm.eval.task.TaskLibrary;
import dev.mergefarm.eval.torch.ComputeType;
import dev.mergefarm.storage.model.DefaultModelRepository;
import dev.mergefarm.storage.model.Model;
import dev.mergefarm.storage.model.ModelReference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whole evaluations, from task files and weights to scores, against lm-evaluation-harness 0.4.13.
 */
class LoadedModelTest {

  private static final Path ROOT = Path.of(System.getProperty("mergefarm.root"));
  private static final Path SHARED = Path.of(System.getProperty("mergefarm.shared"));

  private static void check(
      Path data, Path modelFolder, Path expected, JavaFunctions helpers, String... tasks)
      throws IOException {
    Evaluation evaluation =
        new TaskEvaluation(
            new TaskLibrary(new DirectoryTaskFiles(List.of(data.resolve("tasks")))),
            DirectoryDataFiles.confined(List.of(data)),
            helpers);
    var plan = evaluation.plan(EvaluationOptions.defaults(), List.of(tasks));
    try (Model stored =
            DefaultModelRepository.builder()
                .localPaths(modelFolder.getParent())
                .build()
                .open(new ModelReference(modelFolder.toAbsolutePath().toString()));
        LocalLanguageModel model =
            ModelLoader.load(
                stored,
                ModelOptions.onCpu(ComputeType.FLOAT32),
                Progress.Listener.NONE,
                Cancellation.NEVER)) {
      ReferenceRecords.checkWithin(
          1e-3,
          evaluation.run(plan, model, Progress.Listener.NONE, Cancellation.NEVER, RecordSink.NONE),
          expected);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"base", "capitals", "animals"})
  void theExampleModelsScoreAsTheReferenceSays(String name) throws IOException {
    check(
        ROOT.resolve("examples/facts"),
        ROOT.resolve("examples/facts").resolve(name),
        ROOT.resolve("eval-engine/src/test/resources/facts").resolve(name),
        new JavaFunctions(),
        "facts");
  }

  @ParameterizedTest
  @ValueSource(strings = "merged-half")
  void theJapaneseModelsScoreAsTheReferenceSays(String name) throws IOException {
    Path goldens = SHARED.resolve("goldens/eval");
    Assumptions.assumeTrue(Files.isDirectory(goldens), "the shared goldens are not here");
    Path merged = goldens.resolve(name);
    check(
        goldens,
        Files.isDirectory(merged) ? merged : SHARED.resolve("fixtures/nli").resolve(name),
        goldens.resolve("expected").resolve(name),
        new JavaFunctions(),
        "fx_ja_nli");
  }

  @ParameterizedTest
  @ValueSource(strings = "jnli")
  void everyKindOfTaskScoresAsTheReferenceSays(String name) throws IOException {
    Path goldens = SHARED.resolve("goldens/eval");
    Assumptions.assumeTrue(Files.isDirectory(goldens), "the shared goldens are not here");
    check(
        goldens,
        SHARED.resolve("fixtures/nli").resolve(name),
        goldens.resolve("expected/jnli-all-tasks"),
        GoldenEvaluationTest.HELPERS,
        "fx_cloze",
        "fx_jnli_*",
        "fx_mgsm_ja",
        "fx_premise_rolling",
        "fx_prompt_format",
        "fx_spartqa");
  }
}
