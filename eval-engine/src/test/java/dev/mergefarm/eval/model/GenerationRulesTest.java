package dev.mergefarm.eval.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.Problem;
import dev.mergefarm.common.Problems;
import dev.mergefarm.common.Progress;
import dev.mergefarm.eval.model.LanguageModel.GenerationRequest;
import dev.mergefarm.eval.model.LanguageModel.Sampling;
import dev.mergefarm.eval.model.run.GenerationPlan;
import dev.mergefarm.eval.model.run.GenerationRun;
import dev.mergefarm.eval.model.run.GenerationTask;
import dev.mergefarm.eval.model.run.TokenRules;
import dev.mergefarm.eval.torch.ComputeType;
import dev.mergefarm.storage.model.Model;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GenerationRulesTest {

  private static final int NEW_TOKENS = 24;

  @TempDir private Path folder;

  /** The file says which program made it. */
  @ParameterizedTest
  @ValueSource(strings = {"llama", "gpt2"})
  void rulesChooseTheTokensThatTheReferenceImplementationChooses(String name) throws IOException {
    List<JsonNode> cases = new ArrayList<>();
    JsonNode file =
        new ObjectMapper().readTree(GoldenModel.resource("/generation-rules.json").toFile());
    file.path("cases").forEach(each -> cases.add(each));
    cases.removeIf(each -> !each.path("model").textValue().equals(name));
    List<GenerationTask> tasks = cases.stream().map(GenerationRulesTest::task).toList();
    int[][] actual = generate(GoldenModel.named(name), tasks);
    assertThat(tasks).hasSize(14);
    for (int i = 0; i < tasks.size(); i++) {
      assertThat(actual[i])
          .as(cases.get(i).path("rules").toString())
          .containsExactly(integers(cases.get(i).path("tokens")));
    }
  }

  private static GenerationTask task(JsonNode each) {
    JsonNode rules = each.path("rules");
    int end = each.path("end").intValue();
    return new GenerationTask(
        integers(each.path("context")),
        NEW_TOKENS,
        Optional.empty(),
        new TokenRules(
            rules.path("repetition_penalty").asDouble(1),
            rules.path("no_repeat_ngram_size").asInt(),
            rules.path("min_length").asInt(),
            rules.path("min_new_tokens").asInt(),
            end < 0 ? Set.of() : Set.of(end)),
        tokens -> tokens.getLast() == end);
  }

  private static int[] integers(JsonNode list) {
    return IntStream.range(0, list.size()).map(i -> list.get(i).intValue()).toArray();
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
      int[][] generated = new int[tasks.size()][];
      new GenerationRun(
              model.runner(Cancellation.NEVER),
              GenerationPlan.make(model.decoder(), tasks, 1, ModelOptions.DEFAULT_ACTIVATION_BYTES),
              tasks,
              (tokens, place) -> generated[place] = tokens)
          .run();
      return generated;
    }
  }

  @Test
  void modelsOwnRulesHoldWhereTheTaskSaysNothingElse() throws IOException {
    GenerationRequest silent = request(GenerationRules.OF_THE_MODEL);
    GenerationRequest asking = request(leastNew(0));
    List<String> plain = generate("{}", silent, request(leastNew(15)));
    List<String> configured = generate("{\"min_new_tokens\": 15}", silent, asking);
    assertThat(configured.get(0)).isEqualTo(plain.get(1)).isNotEqualTo(plain.get(0));
    assertThat(configured.get(1)).isEqualTo(plain.get(0));
  }

  @Test
  void modelsOwnCutOfTheDistributionHoldsWhereTheTaskSaysNothingElse() throws IOException {
    GenerationRequest silent = sampled(Optional.empty());
    GenerationRequest asking = sampled(Optional.of(0));
    List<String> greedy = generate("{}", request(GenerationRules.OF_THE_MODEL));
    List<String> configured = generate("{\"top_k\": 1}", silent, asking);
    assertThat(configured.get(0)).isEqualTo(greedy.get(0));
    assertThat(configured.get(1)).isNotEqualTo(greedy.get(0));
  }

  @Test
  void settingsThatAreNotFollowedAreWarnings() throws IOException {
    try (LocalLanguageModel model = load("{\"num_beams\": 4, \"min_p\": 0.1, \"top_p\": 0.9}")) {
      assertThat(model.warnings())
          .extracting(Problem::path)
          .containsExactly("generation_config.json: num_beams", "generation_config.json: min_p");
    }
  }

  private static GenerationRules leastNew(int tokens) {
    return new GenerationRules(
        Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(tokens));
  }

  private static GenerationRequest request(GenerationRules rules) {
    return new GenerationRequest(
        "Q: What is the capital of Posiia?\nA:", List.of(), 20, Optional.empty(), rules);
  }

  private static GenerationRequest sampled(Optional<Integer> topK) {
    return new GenerationRequest(
        "Q: What is the capital of Posiia?\nA:",
        List.of(),
        20,
        Optional.of(new Sampling(2, topK, Optional.empty(), 5)));
  }

  private List<String> generate(String configuration, GenerationRequest... requests)
      throws IOException {
    try (LocalLanguageModel model = load(configuration)) {
      return model.generate(
          List.of(requests), (text, place) -> {}, Progress.Listener.NONE, Cancellation.NEVER);
    }
  }

  private LocalLanguageModel load(String configuration) throws IOException {
    Path copy = Files.createTempDirectory(folder, "model");
    for (String name :
        List.of("config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors")) {
      Files.copy(LocalModels.facts("base").resolve(name), copy.resolve(name));
    }
    Files.writeString(copy.resolve("generation_config.json"), configuration);
    try (Model model = GoldenModel.open(copy)) {
      return ModelLoader.load(
          model,
          ModelOptions.onCpu(ComputeType.FLOAT32),
          Progress.Listener.NONE,
          Cancellation.NEVER);
    }
  }
}
