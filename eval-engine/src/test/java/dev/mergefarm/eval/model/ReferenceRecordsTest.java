package dev.mergefarm.eval.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.Progress;
import dev.mergefarm.eval.model.LanguageModel.ContinuationRequest;
import dev.mergefarm.eval.model.LanguageModel.GenerationRequest;
import dev.mergefarm.eval.model.LanguageModel.Score;
import dev.mergefarm.eval.torch.ComputeType;
import dev.mergefarm.storage.model.Model;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every request of the reference program's sample records, answered again: log-likelihoods, whole
 * texts and generated texts of lm-evaluation-harness 0.4.13 in float32.
 */
class ReferenceRecordsTest {

  private static final double TOLERANCE = 1e-3;

  private static final Path SHARED = Path.of(System.getProperty("mergefarm.shared"));

  private static final Path FACTS =
      Path.of(System.getProperty("mergefarm.root"), "examples", "facts");

  /** A request with what the reference answered. */
  private record Recorded<Q, A>(Q request, A answer) {}

  private final List<Recorded<ContinuationRequest, Score>> scores = new ArrayList<>();
  private final List<Recorded<String, Double>> texts = new ArrayList<>();
  private final List<Recorded<GenerationRequest, String>> generations = new ArrayList<>();

  @ParameterizedTest
  @ValueSource(strings = {"base", "animals", "capitals"})
  void modelsOfTheExampleAnswerAsTheReference(String name) {
    answerAll(FACTS.resolve(name), GoldenModel.resource("/facts").resolve(name));
  }

  @ParameterizedTest
  @ValueSource(strings = {"base", "janli", "jnli", "jsick"})
  void japaneseModelsAnswerAsTheReference(String name) {
    assumeThat(SHARED).isDirectory();
    answerAll(
        SHARED.resolve("fixtures/nli").resolve(name),
        SHARED.resolve("goldens/eval/expected").resolve(name));
  }

  @Test
  void everyKindOfTaskIsAnsweredAsByTheReference() {
    assumeThat(SHARED).isDirectory();
    answerAll(
        SHARED.resolve("fixtures/nli/jnli"),
        SHARED.resolve("goldens/eval/expected/jnli-all-tasks"));
    assertThat(scores).isNotEmpty();
    assertThat(texts).isNotEmpty();
    assertThat(generations).isNotEmpty();
  }

  private void answerAll(Path modelFolder, Path records) {
    read(records);
    try (Model stored = GoldenModel.open(modelFolder);
        LocalLanguageModel model =
            ModelLoader.load(
                stored,
                ModelOptions.onCpu(ComputeType.FLOAT32),
                Progress.Listener.NONE,
                Cancellation.NEVER)) {
      checkScores(model);
      checkTexts(model);
      checkGenerations(model);
    }
  }

  private void checkScores(LocalLanguageModel model) {
    List<Score> actual =
        model.score(
            scores.stream().map(Recorded::request).toList(),
            (score, place) -> {},
            Progress.Listener.NONE,
            Cancellation.NEVER);
    for (int i = 0; i < scores.size(); i++) {
      Score expected = scores.get(i).answer();
      assertThat(actual.get(i).logLikelihood())
          .as("%s", scores.get(i).request())
          .isCloseTo(expected.logLikelihood(), within(TOLERANCE));
      assertThat(actual.get(i).greedy()).isEqualTo(expected.greedy());
    }
  }

  private void checkTexts(LocalLanguageModel model) {
    List<Double> actual =
        model.scoreWhole(
            texts.stream().map(Recorded::request).toList(),
            (score, place) -> {},
            Progress.Listener.NONE,
            Cancellation.NEVER);
    for (int i = 0; i < texts.size(); i++) {
      assertThat(actual.get(i)).isCloseTo(texts.get(i).answer(), within(TOLERANCE));
    }
  }

  private void checkGenerations(LocalLanguageModel model) {
    List<String> actual =
        model.generate(
            generations.stream().map(Recorded::request).toList(),
            (text, place) -> {},
            Progress.Listener.NONE,
            Cancellation.NEVER);
    assertThat(actual).isEqualTo(generations.stream().map(Recorded::answer).toList());
  }

  private void read(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".jsonl")).sorted().toList()) {
        for (String line : Files.readAllLines(file)) {
          read(new ObjectMapper().readTree(line));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void read(JsonNode sample) {
    for (int i = 0; i < sample.get("arguments").size(); i++) {
      JsonNode arguments = sample.get("arguments").get(i);
      JsonNode answer = sample.get("resps").get(i).get(0);
      String first = arguments.get(0).textValue();
      if (arguments.size() == 1) {
        texts.add(
            new Recorded<>(
                first, answer.isArray() ? answer.get(0).doubleValue() : answer.doubleValue()));
      } else if (arguments.get(1).isTextual()) {
        scores.add(
            new Recorded<>(
                new ContinuationRequest(first, arguments.get(1).textValue()),
                new Score(answer.get(0).doubleValue(), answer.get(1).booleanValue())));
      } else {
        generations.add(new Recorded<>(generation(first, arguments.get(1)), answer.textValue()));
      }
    }
  }

  private static GenerationRequest generation(String context, JsonNode settings) {
    List<String> until = new ArrayList<>();
    settings.get("until").forEach(stop -> until.add(stop.textValue()));
    return new GenerationRequest(
        context, until, settings.get("max_gen_toks").intValue(), Optional.empty());
  }
}
