package dev.mergefarm.eval.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Progress;
import dev.mergefarm.eval.model.LanguageModel.ContinuationRequest;
import dev.mergefarm.eval.model.LanguageModel.GenerationRequest;
import dev.mergefarm.eval.model.LanguageModel.Sampling;
import dev.mergefarm.eval.model.LanguageModel.Score;
import dev.mergefarm.eval.torch.ComputeType;
import dev.mergefarm.storage.model.Model;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LocalLanguageModelTest {

  private static final double TOLERANCE = 1e-4;

  private static final ModelOptions FLOAT32 = ModelOptions.onCpu(ComputeType.FLOAT32);

  private static List<ContinuationRequest> questions() {
    List<ContinuationRequest> requests = new ArrayList<>();
    for (String place : List.of("Posiia", "Fukraland", "Gakouland", "Tanu")) {
      for (String answer : List.of(" Fuza", " Ribru", " a very long answer", " Kona\nQ: What")) {
        requests.add(
            new ContinuationRequest("Q: What is the capital of " + place + "?\nA:", answer));
      }
    }
    return requests;
  }

  private static List<GenerationRequest> prompts(int count, Optional<Sampling> sampling) {
    return IntStream.range(0, count)
        .mapToObj(
            i ->
                new GenerationRequest(
                    "Q: What is the capital of " + "Fuk".repeat(i % 5) + "raland?\nA:",
                    List.of("\n"),
                    8 + i % 3,
                    sampling))
        .toList();
  }

  private static Sampling sampling(long seed) {
    return new Sampling(1.5, Optional.of(40), Optional.of(0.95), seed);
  }

  private static List<Score> score(LocalLanguageModel model, List<ContinuationRequest> requests) {
    return model.score(requests, (score, place) -> {}, Progress.Listener.NONE, Cancellation.NEVER);
  }

  private static List<String> generate(LocalLanguageModel model, List<GenerationRequest> requests) {
    return model.generate(
        requests, (text, place) -> {}, Progress.Listener.NONE, Cancellation.NEVER);
  }

  @Test
  void answersComeOneByOneWithTheirPlaceAndThenInOrder() {
    try (LocalLanguageModel model = LocalModels.load("base")) {
      TreeMap<Integer, Score> seen = new TreeMap<>();
      List<Long> done = new ArrayList<>();
      List<Score> all =
          model.score(
              questions(),
              (score, place) -> assertThat(seen.put(place, score)).isNull(),
              progress -> done.add(progress.itemsDone()),
              Cancellation.NEVER);
      assertThat(List.copyOf(seen.values())).isEqualTo(all);
      assertThat(done).last().isEqualTo((long) questions().size());
    }
  }

  @Test
  void scoresDoNotDependOnThreadsOrBudget() {
    List<Score> expected = scores(FLOAT32.withThreads(1));
    List<Score> actual = scores(FLOAT32.withThreads(3).withActivationBytes(20L << 20));
    for (int i = 0; i < expected.size(); i++) {
      assertThat(actual.get(i).logLikelihood())
          .isCloseTo(expected.get(i).logLikelihood(), within(TOLERANCE));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 1000})
  void scoresAndTextsDoNotDependOnTheBatchSize(int batchSize) {
    ModelOptions bounded = FLOAT32.withBatchSize(Optional.of(batchSize));
    List<GenerationRequest> prompts = prompts(9, Optional.empty());
    try (LocalLanguageModel free = LocalModels.load("base");
        LocalLanguageModel model = LocalModels.load("base", bounded)) {
      List<Score> expected = score(free, questions());
      List<Score> actual = score(model, questions());
      for (int i = 0; i < expected.size(); i++) {
        assertThat(actual.get(i).logLikelihood())
            .isCloseTo(expected.get(i).logLikelihood(), within(TOLERANCE));
        assertThat(actual.get(i).greedy()).isEqualTo(expected.get(i).greedy());
      }
      assertThat(generate(model, prompts)).isEqualTo(generate(free, prompts));
    }
  }

  private static List<Score> scores(ModelOptions options) {
    try (LocalLanguageModel model = LocalModels.load("base", options)) {
      return score(model, questions());
    }
  }

  @Test
  void scoresInBfloat16AreNearThoseInFloat32() {
    List<Score> expected = scores(FLOAT32);
    List<Score> actual = scores(ModelOptions.onCpu(ComputeType.BFLOAT16));
    for (int i = 0; i < expected.size(); i++) {
      double wanted = expected.get(i).logLikelihood();
      assertThat(actual.get(i).logLikelihood())
          .isCloseTo(wanted, within(0.05 + 0.02 * Math.abs(wanted)));
    }
  }

  @Test
  void generatedTextsDoNotDependOnTheBatch() {
    try (LocalLanguageModel model = LocalModels.load("capitals")) {
      List<GenerationRequest> requests = prompts(12, Optional.empty());
      List<String> together = generate(model, requests);
      for (int i = 0; i < requests.size(); i++) {
        assertThat(generate(model, List.of(requests.get(i)))).containsExactly(together.get(i));
      }
    }
  }

  @Test
  void generatedTextsDoNotDependOnASharedPrefix() {
    String examples = "Q: What is the capital of Tanu?\nA: Kona\n".repeat(12);
    List<GenerationRequest> requests =
        IntStream.range(0, 6)
            .mapToObj(
                i ->
                    new GenerationRequest(
                        examples + "Q: What is the capital of " + "Fuk".repeat(i) + "land?\nA:",
                        List.of("\n"),
                        8,
                        Optional.empty()))
            .toList();
    try (LocalLanguageModel model = LocalModels.load("capitals")) {
      List<String> together = generate(model, requests);
      for (int i = 0; i < requests.size(); i++) {
        assertThat(generate(model, List.of(requests.get(i)))).containsExactly(together.get(i));
      }
    }
  }

  @Test
  void samplingDependsOnTheSeedAndOnNothingElse() {
    try (LocalLanguageModel model = LocalModels.load("base")) {
      List<GenerationRequest> first = prompts(6, Optional.of(sampling(11)));
      List<GenerationRequest> second = prompts(6, Optional.of(sampling(12)));
      List<String> texts = generate(model, first);
      assertThat(generate(model, first)).isEqualTo(texts);
      assertThat(generate(model, first.subList(3, 6))).isEqualTo(texts.subList(3, 6));
      assertThat(generate(model, second)).isNotEqualTo(texts);
    }
  }

  @Test
  void replacedWeightsGiveTheOtherModelsScoresWithoutPlanningAgain() {
    List<Score> expected;
    try (LocalLanguageModel other = LocalModels.load("capitals")) {
      expected = score(other, questions());
    }
    try (LocalLanguageModel model = LocalModels.load("base");
        Model stored = LocalModels.stored("capitals")) {
      List<Score> before = score(model, questions());
      long bytes = model.weightBytes();
      model.replaceWeights(stored.tensors(), Progress.Listener.NONE, Cancellation.NEVER);
      List<Score> after = score(model, questions());
      assertThat(after).isEqualTo(expected).isNotEqualTo(before);
      assertThat(model.weightBytes()).isEqualTo(bytes);
    }
  }

  @Test
  void weightsOfAnotherShapeAreRefusedAndChangeNothing() {
    try (LocalLanguageModel model = LocalModels.load("base");
        Model other = GoldenModel.named("llama").open()) {
      List<Score> before = score(model, questions());
      assertThatThrownBy(
              () ->
                  model.replaceWeights(other.tensors(), Progress.Listener.NONE, Cancellation.NEVER))
          .isInstanceOfSatisfying(
              MergefarmException.class, e -> assertThat(e.problems()).hasSizeGreaterThan(10));
      assertThat(score(model, questions())).isEqualTo(before);
    }
  }

  @Test
  void contextsLongerThanTheModelAreCutAtTheFrontWithAWarning() {
    ModelOptions options = FLOAT32.withMaximumLength(Optional.of(16));
    try (LocalLanguageModel model = LocalModels.load("base", options)) {
      String question = "Q: What is the capital of Posiia?\nA:";
      List<Score> scores =
          score(
              model,
              List.of(
                  new ContinuationRequest(
                      "Nothing of this is seen. ".repeat(5) + question, " Fuza"),
                  new ContinuationRequest(
                      "This is not seen either. ".repeat(9) + question, " Fuza")));
      assertThat(scores.get(0).logLikelihood())
          .isCloseTo(scores.get(1).logLikelihood(), within(TOLERANCE));
      assertThat(model.warnings())
          .anyMatch(problem -> problem.message().contains("2 contexts are longer"));
    }
  }

  @Test
  void newTokensThatLeaveNoRoomForAContextAreRefused() {
    try (LocalLanguageModel model = LocalModels.load("base")) {
      GenerationRequest request =
          new GenerationRequest("Q:", List.of(), model.maximumLength(), Optional.empty());
      assertThatThrownBy(() -> generate(model, List.of(request)))
          .isInstanceOfSatisfying(
              RequestFailure.class,
              e -> assertThat(e.failure().code()).isEqualTo(ErrorCode.INVALID_VALUE));
    }
  }

  @Test
  void cancelledWorkStops() {
    try (LocalLanguageModel model = LocalModels.load("base")) {
      assertThatThrownBy(
              () ->
                  model.score(
                      questions(), (score, place) -> {}, Progress.Listener.NONE, () -> true))
          .isInstanceOfSatisfying(
              MergefarmException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED));
    }
  }

  @Test
  void nothingNativeIsLeftBehind() {
    useOnce();
    long pointers = Pointer.totalCount();
    long bytes = Pointer.totalBytes();
    useOnce();
    useOnce();
    assertThat(Pointer.totalCount()).isEqualTo(pointers);
    assertThat(Pointer.totalBytes()).isEqualTo(bytes);
  }

  private static void useOnce() {
    try (LocalLanguageModel model = LocalModels.load("base")) {
      score(model, questions());
      generate(model, prompts(6, Optional.of(sampling(3))));
      generate(model, prompts(6, Optional.empty()));
      model.scoreWhole(
          List.of("", "The capital of Posiia is Fuza. ".repeat(40)),
          (score, place) -> {},
          Progress.Listener.NONE,
          Cancellation.NEVER);
    }
  }
}
