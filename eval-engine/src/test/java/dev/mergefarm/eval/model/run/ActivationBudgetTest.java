package dev.mergefarm.eval.model.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problems;
import dev.mergefarm.eval.model.family.ModelFamilies;
import dev.mergefarm.eval.model.graph.Decoder;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Plans of random requests, for budgets from barely enough to plenty. */
class ActivationBudgetTest {

  private static final int LENGTH = 400;

  @ParameterizedTest
  @ValueSource(strings = {"llama-linear", "gemma2-cap", "qwen3moe-norm", "gpt2-noscale"})
  void noPlanOfScoringExceedsTheBudget(String model) throws IOException {
    Decoder decoder = decoder(model);
    for (int seed = 0; seed < 8; seed++) {
      List<TokenizedRequest> requests = requests(new SplittableRandom(seed));
      for (int threads : new int[] {1, 2, 7}) {
        for (long budget : budgets(leastForScoring(decoder, requests))) {
          ScoringPlan plan = new ScoringPlanner(decoder, LENGTH).plan(requests, threads, budget);
          checkBytes(decoder, plan, budget);
          assertThat(answered(plan)).hasSize(requests.size());
          assertThat(plan.threads()).isBetween(1, threads);
        }
      }
    }
  }

  /** Adds up what the batches in flight need, from their shapes alone. */
  private static void checkBytes(Decoder decoder, ScoringPlan plan, long budget) {
    ActivationCost cost = new ActivationCost(decoder);
    for (ScoringPlan.Batch batch : plan.batches()) {
      long rows = batch.trees().size();
      long width =
          batch.trees().stream().mapToLong(tree -> tree.tokens().size()).max().orElseThrow();
      long prefix = batch.prefixLength();
      long kept = cost.cache(1, prefix);
      assertThat(plan.threads() * (kept + cost.pass(rows, width, prefix + width, true)))
          .isLessThanOrEqualTo(budget);
      assertThat(plan.threads() * (kept + cost.pass(1, prefix, prefix, true)))
          .isLessThanOrEqualTo(budget);
      int logitsRows = cost.logitsRows(rows * width, plan.bytesPerThread());
      assertThat(cost.logits(rows * width, logitsRows)).isLessThanOrEqualTo(plan.bytesPerThread());
      assertThat(plan.threads() * batch.bytes()).isLessThanOrEqualTo(budget);
    }
  }

  private static List<Integer> answered(ScoringPlan plan) {
    return plan.batches().stream()
        .flatMap(batch -> batch.trees().stream())
        .flatMap(tree -> tree.answers().stream())
        .map(ScoringPlan.Answer::request)
        .distinct()
        .toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama-linear", "gemma2-cap", "qwen3moe-norm", "gpt2-noscale"})
  void noPlanOfGenerationExceedsTheBudget(String model) throws IOException {
    Decoder decoder = decoder(model);
    for (int seed = 0; seed < 8; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      List<GenerationTask> tasks =
          requests(random).stream()
              .map(
                  request ->
                      new GenerationTask(
                          request.context(), random.nextInt(40), Optional.empty(), _ -> false))
              .toList();
      for (int threads : new int[] {1, 2, 7}) {
        for (long budget : budgets(leastForGeneration(decoder, tasks))) {
          GenerationPlan plan = GenerationPlan.make(decoder, tasks, threads, budget);
          assertThat(plan.threads() * plan.largestBatchBytes()).isLessThanOrEqualTo(budget);
          assertThat(plan.batches().stream().flatMap(batch -> batch.tasks().stream()).sorted())
              .containsExactlyElementsOf(IntStream.range(0, tasks.size()).boxed().toList());
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama-linear", "gemma2-cap"})
  void aBudgetThatIsTooSmallForOneSequenceIsRefused(String model) throws IOException {
    Decoder decoder = decoder(model);
    List<TokenizedRequest> requests = requests(new SplittableRandom(3));
    long least = leastForScoring(decoder, requests);
    assertThatThrownBy(() -> new ScoringPlanner(decoder, LENGTH).plan(requests, 2, least - 1))
        .isInstanceOfSatisfying(
            MergefarmException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_VALUE));
  }

  private static long leastForScoring(Decoder decoder, List<TokenizedRequest> requests) {
    ActivationCost cost = new ActivationCost(decoder);
    int longest = requests.stream().mapToInt(each -> each.input(LENGTH).length).max().orElseThrow();
    return Math.max(cost.pass(1, longest, longest, true), cost.logits(longest, 1));
  }

  private static long leastForGeneration(Decoder decoder, List<GenerationTask> tasks) {
    ActivationCost cost = new ActivationCost(decoder);
    return tasks.stream()
        .mapToLong(
            task -> {
              int width = task.context().length;
              return cost.cache(1, width + task.maximumTokens())
                  + Math.max(cost.pass(1, width, width, true), cost.logits(width, 1));
            })
        .max()
        .orElseThrow();
  }

  private static long[] budgets(long least) {
    return new long[] {least, least + least / 3, 3 * least, 40 * least};
  }

  /** Questions with choices after shared examples, questions alone, and a text without company. */
  private static List<TokenizedRequest> requests(SplittableRandom random) {
    List<TokenizedRequest> requests = new ArrayList<>();
    for (int set = 0; set < 1 + random.nextInt(3); set++) {
      int[] examples = tokens(random, random.nextInt(250));
      for (int question = 0; question < 1 + random.nextInt(12); question++) {
        int[] asked = tokens(random, 1 + random.nextInt(60));
        int[] context = Arrays.copyOf(examples, examples.length + asked.length);
        System.arraycopy(asked, 0, context, examples.length, asked.length);
        for (int choice = 0; choice < 1 + random.nextInt(4); choice++) {
          requests.add(new TokenizedRequest(context, tokens(random, 1 + random.nextInt(9))));
        }
      }
    }
    requests.add(new TokenizedRequest(tokens(random, LENGTH + 50), tokens(random, 3)));
    return requests;
  }

  private static int[] tokens(SplittableRandom random, int count) {
    return random.ints(count, 0, 60).toArray();
  }

  private static Decoder decoder(String model) throws IOException {
    String name = "/lm-options/" + model + "/config.json";
    try (InputStream stream = ActivationBudgetTest.class.getResourceAsStream(name)) {
      return ModelFamilies.decoder(stream.readAllBytes(), new Problems());
    }
  }
}
