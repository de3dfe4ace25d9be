package dev.mergefarm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.Progress;
import dev.mergefarm.eval.model.LogitsProbe;
import dev.mergefarm.eval.model.ModelOptions;
import dev.mergefarm.eval.torch.ComputeType;
import dev.mergefarm.storage.model.DefaultModelRepository;
import dev.mergefarm.storage.model.Model;
import dev.mergefarm.storage.model.ModelReference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Mixtures of the example's models, with prompts read by a real one. */
class MergeMoeCommandTest {

  private static final Path FACTS =
      Path.of(System.getProperty("mergefarm.root"), "examples", "facts").toAbsolutePath();

  @TempDir private Path folder;

  private String recipe(String rest) throws IOException {
    Path file = folder.resolve("mixture.yml");
    Files.writeString(
        file,
        """
        base_model: %1$s/base
        dtype: float32
        experts:
        - source_model: %1$s/animals
          positive_prompts: ["The cat says", "A dog"]
        - source_model: %1$s/capitals
          positive_prompts: ["The capital of France is"]
        %2$s
        """
            .formatted(FACTS, rest));
    return file.toString();
  }

  private LogitsProbe load(Path model) {
    try (Model stored =
        DefaultModelRepository.builder()
            .localPaths(folder)
            .build()
            .open(new ModelReference(model.toString()))) {
      return LogitsProbe.load(
          stored,
          ModelOptions.onCpu(ComputeType.FLOAT32),
          Progress.Listener.NONE,
          Cancellation.NEVER);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "mixtral, hidden, ''",
    "qwen, cheap_embed, positive_prompts: [Hello]",
    "deepseek, hidden_avg, residual_scale: 0.1"
  })
  void theMixtureRunsAndItsGatesDependOnThePrompts(String style, String mode, String shared)
      throws IOException {
    String sharedExperts =
        shared.isEmpty()
            ? ""
            : "shared_experts: [{" + shared + ", source_model: " + FACTS + "/base}]\n";
    String recipe =
        recipe("gate_mode: " + mode + "\narchitecture: " + style + "\n" + sharedExperts);
    Path out = folder.resolve("mixture");

    CommandRun run = CommandRun.of("merge-moe", recipe, "--out", out.toString());

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).contains("tensors");
    try (LogitsProbe probe = load(out)) {
      assertThat(probe.warnings()).isEmpty();
      assertThat(probe.logits(new int[] {5, 6, 7})[2]).doesNotContain(Float.NaN);
    }
  }

  @Test
  void quantisedModelsAndAMissingFolderAreErrorsOfUse() throws IOException {
    String recipe = recipe("");
    assertThat(CommandRun.of("merge-moe", recipe, "--load-in-4bit", "--out", "x").err())
        .contains("--prompt-dtype bfloat16");
    CommandRun run = CommandRun.of("merge-moe", recipe);
    assertThat(run.code()).isEqualTo(ExitCode.USAGE.number());
    assertThat(run.err()).contains("--out DIR");
  }

  @Test
  void everyProblemOfAMixtureIsListed() throws IOException {
    CommandRun run =
        CommandRun.of("merge-moe", recipe("gate_mod: random\nexperts_per_token: 9\n"), "x");
    assertThat(run.code()).isEqualTo(ExitCode.INVALID_INPUT.number());
    assertThat(run.err()).contains("gate_mode").contains("experts_per_token");
  }
}
