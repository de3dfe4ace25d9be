package dev.mergefarm.eval.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.Problems;
import dev.mergefarm.common.Progress;
import dev.mergefarm.eval.model.run.ScoringPlan;
import dev.mergefarm.eval.model.run.ScoringPlanner;
import dev.mergefarm.eval.model.run.ScoringRun;
import dev.mergefarm.eval.model.run.TokenizedRequest;
import dev.mergefarm.eval.torch.ComputeType;
import dev.mergefarm.storage.model.Model;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Planned scoring against the logits of one sequence at a time. */
class TokenScoringTest {

  private static final double TOLERANCE = 1e-4;

  /** Large enough for one sequence of 200 tokens of the small models here. */
  private static final long SMALL_BUDGET = 16L << 20;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gemma2-cap",
        "gemma3-mix",
        "gpt2-noscale",
        "mistral-w5",
        "phi3-partial",
        "qwen3moe-norm",
        "cohere-qk",
        "llama-linear"
      })
  void sharedContextsAndPrefixesChangeNoScore(String name) {
    List<TokenizedRequest> requests = requests();
    GoldenModel golden = GoldenModel.option(name);
    List<ScoringRun.Score> expected = oneByOne(golden, requests);
    for (int threads : new int[] {1, 2}) {
      List<ScoringRun.Score> actual = planned(golden, requests, threads, 256L << 20);
      assertSame(actual, expected);
    }
    assertSame(planned(golden, requests, 2, SMALL_BUDGET), expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama", "mistral-sliding", "llama-bias-yarn"})
  void questionsSideBySideDoNotTouchEachOther(String name) {
    SplittableRandom random = new SplittableRandom(8);
    List<TokenizedRequest> requests = new ArrayList<>();
    for (int question = 0; question < 6; question++) {
      int[] context = tokens(random, 20);
      for (int choice = 0; choice < 3; choice++) {
        requests.add(new TokenizedRequest(context, tokens(random, 1 + choice)));
      }
    }
    GoldenModel golden = GoldenModel.named(name);
    assertSame(planned(golden, requests, 1, 256L << 20), oneByOne(golden, requests));
  }

  /** Questions with choices of several lengths after two sets of examples, and some alone. */
  private static List<TokenizedRequest> requests() {
    SplittableRandom random = new SplittableRandom(7);
    List<TokenizedRequest> requests = new ArrayList<>();
    for (int set = 0; set < 2; set++) {
      int[] examples = tokens(random, 20);
      for (int question = 0; question < 8; question++) {
        int[] context = join(examples, tokens(random, 5 + 2 * question));
        for (int choice = 0; choice < 4; choice++) {
          requests.add(new TokenizedRequest(context, tokens(random, 1 + choice)));
        }
      }
    }
    for (int length = 1; length < 30; length += 7) {
      requests.add(new TokenizedRequest(tokens(random, length), tokens(random, 3)));
    }
    requests.add(requests.getFirst());
    requests.add(new TokenizedRequest(new int[] {1}, requests.getFirst().context()));
    return requests;
  }

  private static int[] tokens(SplittableRandom random, int count) {
    return random.ints(count, 0, 64).toArray();
  }

  private static int[] join(int[] left, int[] right) {
    int[] all = Arrays.copyOf(left, left.length + right.length);
    System.arraycopy(right, 0, all, left.length, right.length);
    return all;
  }

  private static List<ScoringRun.Score> oneByOne(
      GoldenModel golden, List<TokenizedRequest> requests) {
    try (Model model = golden.open();
        LogitsProbe probe =
            LogitsProbe.load(
                model,
                ModelOptions.onCpu(ComputeType.FLOAT32),
                Progress.Listener.NONE,
                Cancellation.NEVER)) {
      return requests.stream().map(request -> alone(probe, request)).toList();
    }
  }

  private static ScoringRun.Score alone(LogitsProbe probe, TokenizedRequest request) {
    int[] whole = join(request.context(), request.continuation());
    double[][] rows = probe.logProbabilities(Arrays.copyOf(whole, whole.length - 1));
    double sum = 0;
    boolean greedy = true;
    for (int i = 0; i < request.continuation().length; i++) {
      double[] row = rows[request.context().length - 1 + i];
      int token = request.continuation()[i];
      sum += row[token];
      greedy &= Arrays.stream(row).allMatch(other -> other <= row[token]);
    }
    return new ScoringRun.Score(sum, greedy);
  }

  private static List<ScoringRun.Score> planned(
      GoldenModel golden, List<TokenizedRequest> requests, int threads, long budget) {
    try (Model stored = golden.open();
        TokenModel model =
            TokenModel.load(
                stored,
                ModelOptions.onCpu(ComputeType.FLOAT32),
                new Problems(),
                Progress.Listener.NONE,
                Cancellation.NEVER)) {
      ScoringPlan plan =
          new ScoringPlanner(model.decoder(), model.decoder().maximumLength())
              .plan(requests, threads, budget);
      ScoringRun.Score[] scores = new ScoringRun.Score[requests.size()];
      new ScoringRun(
              model.runner(Cancellation.NEVER), plan, (score, place) -> scores[place] = score)
          .run();
      assertThat(plan.largestBatchBytes() * plan.threads()).isLessThanOrEqualTo(budget);
      return List.of(scores);
    }
  }

  private static void assertSame(List<ScoringRun.Score> actual, List<ScoringRun.Score> expected) {
    for (int i = 0; i < expected.size(); i++) {
      assertThat(actual.get(i).logProbability())
          .as("request %d", i)
          .isCloseTo(expected.get(i).logProbability(), within(TOLERANCE));
      assertThat(actual.get(i).greedy()).isEqualTo(expected.get(i).greedy());
    }
  }
}
