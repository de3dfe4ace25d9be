package dev.mergefarm.eval.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.Problems;
import dev.mergefarm.common.Progress;
import dev.mergefarm.eval.model.run.GenerationPlan;
import dev.mergefarm.eval.model.run.GenerationRun;
import dev.mergefarm.eval.model.run.GenerationTask;
import dev.mergefarm.eval.torch.ComputeType;
import dev.mergefarm.storage.model.Model;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Contexts of many lengths continued side by side, against one at a time without a batch. */
class TokenGenerationTest {

  private static final long BUDGET = 64L << 20;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gemma2-cap",
        "gemma3-mix",
        "gpt2-noscale",
        "mistral-w5",
        "phi3-long",
        "qwen3moe-norm",
        "cohere-qk",
        "llama-dynamic"
      })
  void batchesAndSharedPrefixesChangeNoToken(String name) {
    GoldenModel golden = GoldenModel.option(name);
    List<int[]> contexts = contexts();
    List<GenerationTask> tasks =
        IntStream.range(0, contexts.size())
            .mapToObj(
                i -> new GenerationTask(contexts.get(i), i % 7, Optional.empty(), tokens -> false))
            .toList();
    int[][] actual = generate(golden, tasks);
    try (Model model = golden.open();
        LogitsProbe probe =
            LogitsProbe.load(
                model,
                ModelOptions.onCpu(ComputeType.FLOAT32),
                Progress.Listener.NONE,
                Cancellation.NEVER)) {
      for (int i = 0; i < tasks.size(); i++) {
        assertThat(actual[i])
            .as("context %d", i)
            .containsExactly(probe.continueGreedily(contexts.get(i), tasks.get(i).maximumTokens()));
      }
    }
  }

  /** Some alone, and some after the same 24 tokens. */
  private static List<int[]> contexts() {
    SplittableRandom random = new SplittableRandom(21);
    List<int[]> contexts = new ArrayList<>();
    for (int length = 1; length < 40; length += 6) {
      contexts.add(random.ints(length, 3, 64).toArray());
    }
    int[] examples = random.ints(24, 3, 64).toArray();
    for (int length = 1; length < 14; length++) {
      int[] context = random.ints(24 + length, 3, 64).toArray();
      System.arraycopy(examples, 0, context, 0, examples.length);
      contexts.add(context);
    }
    return contexts;
  }

  private static int[][] generate(GoldenModel golden, List<GenerationTask> tasks) {
    try (Model stored = golden.open();
        TokenModel model =
            TokenModel.load(
                stored,
                ModelOptions.onCpu(ComputeType.FLOAT32),
                new Problems(),
                Progress.Listener.NONE,
                Cancellation.NEVER)) {
      GenerationPlan plan = GenerationPlan.make(model.decoder(), tasks, 2, BUDGET);
      assertThat(plan.largestBatchBytes() * plan.threads()).isLessThanOrEqualTo(BUDGET);
      int[][] generated = new int[tasks.size()][];
      new GenerationRun(
              model.runner(Cancellation.NEVER),
              plan,
              tasks,
              (tokens, place) -> {
                assertThat(generated[place]).isNull();
                generated[place] = tokens;
              })
          .run();
      return generated;
    }
  }
}
