package dev.mergefarm.eval.model.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problem;
import dev.mergefarm.common.Progress;
import dev.mergefarm.eval.Evaluation;
import dev.mergefarm.eval.EvaluationOptions;
import dev.mergefarm.eval.EvaluationOutcome;
import dev.mergefarm.eval.RecordSink;
import dev.mergefarm.eval.data.DirectoryDataFiles;
import dev.mergefarm.eval.model.GenerationRules;
import dev.mergefarm.eval.model.LanguageModel;
import dev.mergefarm.eval.model.LanguageModel.ContinuationRequest;
import dev.mergefarm.eval.model.LanguageModel.GenerationRequest;
import dev.mergefarm.eval.model.LanguageModel.Sampling;
import dev.mergefarm.eval.model.LanguageModel.Score;
import dev.mergefarm.eval.model.LocalLanguageModel;
import dev.mergefarm.eval.model.ModelLoader;
import dev.mergefarm.eval.model.ModelOptions;
import dev.mergefarm.eval.model.RequestFailure;
import dev.mergefarm.eval.run.JavaFunctions;
import dev.mergefarm.eval.run.TaskEvaluation;
import dev.mergefarm.eval.task.DirectoryTaskFiles;
import dev.mergefarm.eval.task.TaskLibrary;
import dev.mergefarm.eval.tokenizer.HuggingFaceTextTokenizer;
import dev.mergefarm.eval.tokenizer.TextTokenizer;
import dev.mergefarm.eval.torch.ComputeType;
import dev.mergefarm.storage.Retries;
import dev.mergefarm.storage.model.Model;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RemoteLanguageModelTest {

  private static final double TOLERANCE = 1e-4;
  private static final Path EXAMPLE =
      Path.of(System.getProperty("mergefarm.root"), "examples", "facts");
  private static final Path FOLDER = EXAMPLE.resolve("capitals");
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-01-01T00:00:00Z"), ZoneOffset.UTC);

  private final RecordedPauses pauses = new RecordedPauses();
  private CompletionsServer server;

  @BeforeEach
  void startServer() throws IOException {
    server = new CompletionsServer(FOLDER);
  }

  @AfterEach
  void stopServer() {
    server.close();
  }

  /** Notes pauses instead of making them. */
  private static final class RecordedPauses implements Retries.Time {
    private Duration total = Duration.ZERO;

    @Override
    public long nanoTime() {
      return 0;
    }

    @Override
    public synchronized void pause(Duration duration) {
      total = total.plus(duration);
    }
  }

  private RemoteModelSettings settings() {
    return new RemoteModelSettings(
        server.address(),
        "facts",
        Optional.of("secret"),
        3,
        2,
        4,
        Duration.ofMinutes(1),
        Optional.empty(),
        true);
  }

  private RemoteLanguageModel connect(RemoteModelSettings settings) {
    return connect(settings, Optional.of(tokenizer()));
  }

  private RemoteLanguageModel connect(
      RemoteModelSettings settings, Optional<TextTokenizer> tokenizer) {
    return RemoteLanguageModel.connect(settings, tokenizer, pauses, CLOCK, Cancellation.NEVER);
  }

  private static TextTokenizer tokenizer() {
    try (Model model = CompletionsServer.open(FOLDER)) {
      return HuggingFaceTextTokenizer.load(model);
    }
  }

  /** With the server's window: a remote prompt has one token less than the model. */
  private static LocalLanguageModel local() {
    try (Model model = CompletionsServer.open(FOLDER)) {
      return ModelLoader.load(
          model,
          ModelOptions.onCpu(ComputeType.FLOAT32).withThreads(1),
          Progress.Listener.NONE,
          Cancellation.NEVER);
    }
  }

  private static List<ContinuationRequest> questions() {
    List<ContinuationRequest> requests = new ArrayList<>();
    for (String place : List.of("Posiia", "Fukraland", "Gakouland")) {
      for (String answer : List.of(" Fuza", " Ribru", " a very long answer")) {
        requests.add(
            new ContinuationRequest("Q: What is the capital of " + place + "?\nA:", answer));
      }
    }
    requests.add(new ContinuationRequest("", "Q: What"));
    requests.add(new ContinuationRequest("Q: What is \n", "the capital"));
    return requests;
  }

  private static List<GenerationRequest> prompts() {
    return IntStream.range(0, 7)
        .mapToObj(
            i ->
                new GenerationRequest(
                    "Q: What is the capital of " + "Fuk".repeat(i % 5) + "raland?\nA:",
                    i == 3 ? List.of() : List.of("\n"),
                    8 + i % 3,
                    Optional.empty()))
        .toList();
  }

  private static List<Score> score(LanguageModel model, List<ContinuationRequest> requests) {
    return model.score(requests, (score, place) -> {}, Progress.Listener.NONE, Cancellation.NEVER);
  }

  private static List<String> generate(LanguageModel model, List<GenerationRequest> requests) {
    return model.generate(
        requests, (text, place) -> {}, Progress.Listener.NONE, Cancellation.NEVER);
  }

  private static List<Double> whole(LanguageModel model, List<String> texts) {
    return model.scoreWhole(
        texts, (score, place) -> {}, Progress.Listener.NONE, Cancellation.NEVER);
  }

  private static void assertSame(List<Score> actual, List<Score> expected) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < expected.size(); i++) {
      assertThat(actual.get(i).logLikelihood())
          .isCloseTo(expected.get(i).logLikelihood(), within(TOLERANCE));
      assertThat(actual.get(i).greedy()).isEqualTo(expected.get(i).greedy());
    }
  }

  @Test
  void allThreeKindsOfRequestAreAnsweredAsTheLocalModelAnswersThem() {
    List<String> texts = List.of("The capital of Posiia is Fuza.", "", "Q: What?");
    try (LocalLanguageModel local = local();
        RemoteLanguageModel remote = connect(settings())) {
      List<Integer> places = new ArrayList<>();
      List<Score> scores =
          remote.score(
              questions(),
              (score, place) -> places.add(place),
              Progress.Listener.NONE,
              Cancellation.NEVER);
      assertSame(scores, score(local, questions()));
      assertThat(places)
          .containsExactlyInAnyOrderElementsOf(
              IntStream.range(0, questions().size()).boxed().toList());
      assertThat(generate(remote, prompts())).isEqualTo(generate(local, prompts()));
      List<Double> expected = whole(local, texts);
      List<Double> actual = whole(remote, texts);
      for (int i = 0; i < texts.size(); i++) {
        assertThat(actual.get(i)).isCloseTo(expected.get(i), within(TOLERANCE));
      }
      assertThat(remote.maximumLength()).isEqualTo(local.maximumLength() - 1);
      assertThat(remote.warnings()).isEmpty();
    }
  }

  @Test
  void wholeEvaluationHasTheScoresOfTheLocalRun() {
    EvaluationOutcome expected;
    EvaluationOutcome actual;
    try (LocalLanguageModel local = local()) {
      expected = evaluate(local);
    }
    try (RemoteLanguageModel remote = connect(settings())) {
      actual = evaluate(remote);
    }
    assertThat(actual.tasks()).hasSize(2);
    for (int i = 0; i < 2; i++) {
      assertThat(actual.tasks().get(i).metrics()).isEqualTo(expected.tasks().get(i).metrics());
    }
  }

  private static EvaluationOutcome evaluate(LanguageModel model) {
    Evaluation evaluation =
        new TaskEvaluation(
            new TaskLibrary(new DirectoryTaskFiles(List.of(EXAMPLE.resolve("tasks")))),
            DirectoryDataFiles.confined(List.of(EXAMPLE)),
            new JavaFunctions());
    return evaluation.run(
        evaluation.plan(EvaluationOptions.builder().limit(12).build(), List.of("facts")),
        model,
        Progress.Listener.NONE,
        Cancellation.NEVER,
        RecordSink.NONE);
  }

  @Test
  void requestsThatFailOnTheWayAreSentAgainAndTheScoresStayTheSame() {
    try (LocalLanguageModel local = local();
        RemoteLanguageModel remote = connect(settings())) {
      server.meet(
          CompletionsServer.status(500, "out of order"),
          CompletionsServer.cutConnection(),
          CompletionsServer.status(429, "too many"),
          CompletionsServer.status(503, "loading"));
      assertSame(score(remote, questions()), score(local, questions()));
      assertThat(pauses.total).isGreaterThanOrEqualTo(Duration.ofSeconds(4));
    }
  }

  @Test
  void pauseIsAtLeastWhatTheServerAsksFor() {
    try (RemoteLanguageModel remote = connect(settings())) {
      server.meet(CompletionsServer.later(42));
      score(remote, questions().subList(0, 1));
      assertThat(pauses.total).isEqualTo(Duration.ofSeconds(42));
    }
  }

  @Test
  void pausesDoubleUntilTenSeconds() {
    try (RemoteLanguageModel remote = connect(settings())) {
      server.meet(
          CompletionsServer.status(500, ""),
          CompletionsServer.status(500, ""),
          CompletionsServer.status(500, ""),
          CompletionsServer.status(500, ""));
      score(remote, questions().subList(0, 1));
      assertThat(pauses.total).isEqualTo(Duration.ofSeconds(1 + 2 + 4 + 8));
    }
  }

  @Test
  void serverThatStaysAwayIsReportedWithWhatItSaysAndHowOftenItWasAsked() {
    try (RemoteLanguageModel remote = connect(settings())) {
      for (int i = 0; i < 20; i++) {
        server.meet(CompletionsServer.status(500, "no memory left"));
      }
      assertFails(
          () -> score(remote, questions()),
          ErrorCode.REMOTE_MODEL_UNAVAILABLE,
          "answers 500: no memory left (5 tries)");
    }
  }

  @Test
  void refusalsAreNotRepeated() {
    server.meet(CompletionsServer.status(401, "wrong key"));
    assertFails(() -> connect(settings()), ErrorCode.REMOTE_MODEL_DENIED, "wrong key");
    server.meet(CompletionsServer.status(404, "no model facts"));
    assertFails(() -> connect(settings()), ErrorCode.REMOTE_MODEL_NOT_FOUND, "no model facts");
    assertThat(pauses.total).isZero();
    assertThat(server.keys()).containsExactly("Bearer secret", "Bearer secret");
  }

  @Test
  void serverThatHidesLogProbabilitiesIsRefusedForScoresAndOfUseForTexts() {
    server.alter(choice -> choice.putNull("logprobs"));
    assertUnsuitable("hides log-probabilities");
  }

  @Test
  void serverThatDoesNotEchoIsRefusedForScoresAndOfUseForTexts() {
    server.alter(
        choice -> {
          if (choice.path("logprobs").path("token_logprobs") instanceof ArrayNode values) {
            while (values.size() > 1) {
              values.remove(0);
            }
          }
        });
    assertUnsuitable("does not repeat prompts");
  }

  @Test
  void serverThatAddsTokensToPromptsIsRefusedForScores() {
    server.alter(
        choice -> {
          if (choice.path("logprobs") instanceof ObjectNode given) {
            ((ArrayNode) given.path("token_logprobs")).insertNull(0);
          }
        });
    assertUnsuitable("puts tokens of its own into prompts");
  }

  @Test
  void serverThatRefusesToEchoIsRefusedForScoresAndOfUseForTexts() {
    server.meet(CompletionsServer.status(400, "echo is not supported"));
    assertUnsuitable("echo is not supported");
  }

  @Test
  void serverWithoutMostProbableTokensIsRefusedForScores() {
    server.alter(
        choice -> {
          if (choice.path("logprobs") instanceof ObjectNode given) {
            given.putNull("top_logprobs");
          }
        });
    assertUnsuitable("top_logprobs");
  }

  private void assertUnsuitable(String reason) {
    try (LocalLanguageModel local = local();
        RemoteLanguageModel remote = connect(settings())) {
      assertFails(() -> score(remote, questions()), ErrorCode.REMOTE_MODEL_UNSUITABLE, reason);
      assertFails(() -> whole(remote, List.of("Q")), ErrorCode.REMOTE_MODEL_UNSUITABLE, reason);
      assertThat(generate(remote, prompts())).isEqualTo(generate(local, prompts()));
    }
  }

  @Test
  void promptsAreSentAsTokenIdsInBatchesAndNoMoreThanAllowedAtATime() {
    try (RemoteLanguageModel remote = connect(settings())) {
      score(remote, questions());
      assertThat(server.requests()).allMatch(request -> request.at("/prompt/0/0").isNumber());
      assertThat(server.requests().stream().map(request -> request.path("prompt").size()))
          .containsExactlyInAnyOrder(1, 3, 3, 3, 2);
      assertThat(server.mostInFlight()).isLessThanOrEqualTo(2);
    }
  }

  @Test
  void samplingSettingsReachTheServer() {
    GenerationRequest request =
        new GenerationRequest(
            "Q:",
            List.of("\n"),
            4,
            Optional.of(new Sampling(0.7, Optional.of(20), Optional.of(0.9), 77)),
            new GenerationRules(
                Optional.of(1.5), Optional.empty(), Optional.empty(), Optional.of(2)));
    try (RemoteLanguageModel remote = connect(settings())) {
      generate(remote, List.of(request));
      String sent = server.requests().getLast().toString();
      assertThat(sent)
          .contains("\"temperature\":0.7", "\"top_p\":0.9", "\"top_k\":20", "\"seed\":77")
          .contains("\"repetition_penalty\":1.5", "\"min_new_tokens\":2")
          .contains("\"max_tokens\":4", "\"stop\":[\"\\n\",\"</s>\"]");
    }
  }

  @Test
  void textsAreSplitByTheServersOffsetsWhereNoTokenizerIsGiven() {
    List<ContinuationRequest> requests =
        questions().stream().filter(request -> !request.context().isEmpty()).toList();
    try (LocalLanguageModel local = local();
        RemoteLanguageModel remote = connect(settings(), Optional.empty())) {
      assertSame(score(remote, requests), score(local, requests));
      assertThat(generate(remote, prompts())).isEqualTo(generate(local, prompts()));
      assertFails(() -> whole(remote, List.of("Q")), ErrorCode.MISSING_KEY, "tokenizer");
      assertFails(() -> score(remote, questions()), ErrorCode.MISSING_KEY, "tokenizer");
    }
  }

  @Test
  void longContextsAreCutToTheServersWindowWithAWarning() {
    String question = "Q: What is the capital of Posiia?\nA:";
    RemoteModelSettings small =
        new RemoteModelSettings(
            server.address(),
            "facts",
            Optional.empty(),
            1,
            1,
            0,
            Duration.ofMinutes(1),
            Optional.of(17),
            false);
    try (RemoteLanguageModel remote = connect(small)) {
      List<Score> scores =
          score(
              remote,
              List.of(
                  new ContinuationRequest(
                      "Nothing of this is seen. ".repeat(5) + question, " Fuza"),
                  new ContinuationRequest("This is not seen. ".repeat(9) + question, " Fuza")));
      assertThat(scores.get(0).logLikelihood())
          .isCloseTo(scores.get(1).logLikelihood(), within(TOLERANCE));
      assertThat(remote.warnings().stream().map(Problem::message))
          .anyMatch(message -> message.contains("2 contexts are longer"))
          .anyMatch(message -> message.contains("puts a token before every text"));
      assertFails(
          () ->
              generate(
                  remote, List.of(new GenerationRequest("Q", List.of(), 16, Optional.empty()))),
          ErrorCode.INVALID_VALUE,
          "leave no room");
    }
  }

  @Test
  void windowIsAssumedWithAWarningWhereNobodyTellsIt() {
    server.tellNoWindow();
    try (RemoteLanguageModel remote = connect(settings())) {
      assertThat(remote.maximumLength()).isEqualTo(2047);
      assertThat(remote.warnings().stream().map(Problem::message))
          .anyMatch(message -> message.contains("2048 are assumed"));
    }
  }

  @Test
  void cancelledWorkStops() {
    try (RemoteLanguageModel remote = connect(settings())) {
      assertFails(
          () -> remote.score(questions(), (score, place) -> {}, Progress.Listener.NONE, () -> true),
          ErrorCode.CANCELLED,
          "cancelled");
    }
  }

  @Test
  void settingsKeepTheKeyToThemselvesAndCompleteTheAddress() {
    RemoteModelSettings settings = settings();
    assertThat(settings.toString()).doesNotContain("secret");
    assertThat(settings.endpoint().toString()).endsWith("/v1/completions");
    assertThat(settings.endpoint())
        .isEqualTo(RemoteModelSettings.of(settings.endpoint(), "facts").endpoint());
    assertThatThrownBy(
            () -> RemoteModelSettings.of(java.net.URI.create("file:///etc/passwd"), "facts"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static void assertFails(Runnable work, ErrorCode code, String message) {
    Throwable thrown = catchThrowable(work::run);
    Throwable found = thrown instanceof RequestFailure about ? about.failure() : thrown;
    assertThat(found)
        .isInstanceOfSatisfying(
            MergefarmException.class,
            failure -> {
              assertThat(failure.code()).isEqualTo(code);
              assertThat(failure.getMessage()).contains(message);
            });
  }
}
