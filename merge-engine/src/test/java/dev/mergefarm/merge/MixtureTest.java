package dev.mergefarm.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problem;
import dev.mergefarm.merge.mixture.PromptReader;
import dev.mergefarm.merge.plan.MergeOptions;
import dev.mergefarm.storage.model.Model;
import dev.mergefarm.storage.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MixtureTest {

  private static final String RANDOM =
      """
      base_model: ./base
      gate_mode: random
      experts:
      - {source_model: ./a}
      - {source_model: ./b}
      """;

  @TempDir private Path folder;
  private MixtureRunner runner;

  @BeforeEach
  void open() {
    runner = new MixtureRunner(folder);
  }

  @AfterEach
  void close() {
    runner.close();
  }

  private void write(String type) {
    runner.write("base", type, 1);
    runner.write("a", type, 2);
    runner.write("b", type, 3);
  }

  private JsonNode config() throws IOException {
    return new ObjectMapper().readTree(folder.resolve("output/config.json").toFile());
  }

  private static float[] joined(float[]... parts) {
    float[] all = new float[Arrays.stream(parts).mapToInt(part -> part.length).sum()];
    int at = 0;
    for (float[] part : parts) {
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
    }
    return all;
  }

  private static float[] times(float[] values, float factor) {
    float[] scaled = values.clone();
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] *= factor;
    }
    return scaled;
  }

  @Test
  void mixtralStacksTheNetworksOfAllExpertsInTheBodyOfTheBase() throws IOException {
    write("llama");
    Map<String, float[]> merged = runner.merge(RANDOM);
    Map<String, float[]> base = runner.tensors("base");
    Map<String, float[]> a = runner.tensors("a");
    Map<String, float[]> b = runner.tensors("b");

    String network = "model.layers.1.mlp.";
    assertThat(merged.get(network + "experts.gate_up_proj"))
        .containsExactly(
            joined(
                a.get(network + "gate_proj.weight"),
                a.get(network + "up_proj.weight"),
                b.get(network + "gate_proj.weight"),
                b.get(network + "up_proj.weight")));
    assertThat(merged.get(network + "experts.down_proj"))
        .containsExactly(
            joined(a.get(network + "down_proj.weight"), b.get(network + "down_proj.weight")));
    base.forEach(
        (name, values) -> {
          if (!name.contains(".mlp.")) {
            assertThat(merged.get(name)).as(name).containsExactly(values);
          }
        });
    assertThat(merged).hasSize(2 + MixtureRunner.LAYERS * (6 + 3));
    assertThat(config().at("/architectures/0").asText()).isEqualTo("MixtralForCausalLM");
    assertThat(config().path("model_type").asText()).isEqualTo("mixtral");
    assertThat(config().path("num_local_experts").asInt()).isEqualTo(2);
    assertThat(config().path("num_experts_per_tok").asInt()).isEqualTo(2);
    assertThat(config().path("sliding_window").isNull()).isTrue();
  }

  @Test
  void whatTheBaseLeavesToItsDefaultsIsWrittenDown() throws IOException {
    write("llama");
    runner.merge(RANDOM);
    assertThat(config().path("rope_theta").asDouble()).isEqualTo(10_000);
    assertThat(config().path("rms_norm_eps").asDouble()).isEqualTo(1e-6);
    assertThat(config().path("max_position_embeddings").asInt()).isEqualTo(2048);
    assertThat(config().path("num_key_value_heads").asInt()).isEqualTo(2);
  }

  @Test
  void qwenKeepsExpertsApartAndGatesTheSharedOne() throws IOException {
    write("llama");
    Map<String, float[]> merged =
        runner.merge(
            RANDOM
                + "shared_experts: [{source_model: ./base, residual_scale: 0.5}]\n"
                + "architecture: qwen\nexperts_per_token: 1\n");
    String network = "model.layers.0.mlp.";
    assertThat(merged.get(network + "experts.1.up_proj.weight"))
        .containsExactly(runner.tensors("b").get(network + "up_proj.weight"));
    Map<String, float[]> base = runner.tensors("base");
    assertThat(merged.get(network + "shared_expert.up_proj.weight"))
        .containsExactly(base.get(network + "up_proj.weight"));
    assertThat(merged.get(network + "shared_expert.down_proj.weight"))
        .containsExactly(times(base.get(network + "down_proj.weight"), 0.5f));
    assertThat(merged.get(network + "shared_expert_gate.weight")).hasSize(MixtureRunner.HIDDEN);
    assertThat(merged.get("model.layers.0.self_attn.k_proj.bias")).containsOnly(0f).hasSize(4);
    assertThat(merged).doesNotContainKey("model.layers.0.self_attn.o_proj.bias");
    assertThat(config().path("model_type").asText()).isEqualTo("qwen2_moe");
    assertThat(config().path("shared_expert_intermediate_size").asInt()).isEqualTo(6);
    assertThat(config().path("moe_intermediate_size").asInt()).isEqualTo(6);
    assertThat(config().path("norm_topk_prob").asBoolean()).isTrue();
    assertThat(config().path("num_experts_per_tok").asInt()).isEqualTo(1);
  }

  @Test
  void qwenKeepsTheBiasesThatTheBaseHas() {
    write("qwen2");
    Map<String, float[]> merged = runner.merge(RANDOM + "shared_experts: [{source_model: ./a}]\n");
    assertThat(merged.get("model.layers.0.self_attn.k_proj.bias"))
        .containsExactly(runner.tensors("base").get("model.layers.0.self_attn.k_proj.bias"));
  }

  @Test
  void deepSeekHasASharedExpertWithoutAGate() throws IOException {
    write("mistral");
    // The shared expert's model is neither the base nor a routed expert.
    runner.write("c", "mistral", 9);
    Map<String, float[]> merged =
        runner.merge(RANDOM + "shared_experts: [{source_model: ./c}]\narchitecture: deepseek\n");
    String network = "model.layers.0.mlp.";
    assertThat(merged.get(network + "shared_experts.gate_proj.weight"))
        .containsExactly(runner.tensors("c").get(network + "gate_proj.weight"));
    assertThat(merged).doesNotContainKey(network + "shared_expert_gate.weight");
    assertThat(config().path("n_routed_experts").asInt()).isEqualTo(2);
    assertThat(config().path("n_shared_experts").asInt()).isEqualTo(1);
    assertThat(config().path("first_k_dense_replace").asInt(-1)).isZero();
  }

  @Test
  void qwen3StacksItsExperts() throws IOException {
    write("qwen3");
    Map<String, float[]> merged = runner.merge(RANDOM);
    assertThat(merged).containsKey("model.layers.0.self_attn.q_norm.weight");
    assertThat(merged.get("model.layers.0.mlp.experts.gate_up_proj")).hasSize(2 * 12 * 4);
    assertThat(config().path("model_type").asText()).isEqualTo("qwen3_moe");
    assertThat(config().path("num_experts").asInt()).isEqualTo(2);
  }

  @Test
  void noiseIsDrawnForEachElementOfEachExpertAndTheScaleIsForTheLastMatrix() {
    write("llama");
    String yaml =
        """
        base_model: ./base
        gate_mode: random
        experts:
        - {source_model: ./a, noise_scale: 0.5, residual_scale: 2}
        - {source_model: ./a, noise_scale: 0.5}
        - {source_model: ./a}
        - {source_model: ./b}
        """;
    float[] merged = runner.merge(yaml).get("model.layers.0.mlp.experts.down_proj");
    float[] plain = runner.tensors("a").get("model.layers.0.mlp.down_proj.weight");
    int size = plain.length;
    assertThat(Arrays.copyOfRange(merged, 2 * size, 3 * size)).containsExactly(plain);
    double squares = 0;
    for (int i = 0; i < size; i++) {
      float first = merged[i] / 2 - plain[i];
      float second = merged[size + i] - plain[i];
      assertThat(first).isNotEqualTo(second).isNotZero();
      squares += first * first + second * second;
    }
    // Of 48 draws the deviation is within a factor of two of 0.5.
    assertThat(Math.sqrt(squares / (2 * size))).isBetween(0.25, 1.0);
    assertThat(runner.merge(yaml).get("model.layers.0.mlp.experts.down_proj"))
        .containsExactly(merged);
    assertThat(
            runner
                .merge(yaml, MergeOptions.DEFAULTS.withSeed(7), MixtureRunner.NOTHING)
                .get("model.layers.0.mlp.experts.down_proj"))
        .isNotEqualTo(merged);
  }

  @Test
  void uniformGatesLieWithinTheirBoundsAndDifferByExpertLayerAndSeed() {
    write("llama");
    String yaml = RANDOM.replace("random", "uniform_random");
    Map<String, float[]> merged = runner.merge(yaml);
    float[] first = merged.get("model.layers.0.mlp.gate.weight");
    assertThat(first).hasSize(2 * MixtureRunner.HIDDEN);
    for (float value : first) {
      assertThat(value).isBetween(-0.5f, 0.5f);
    }
    assertThat(Arrays.copyOf(first, 4)).isNotEqualTo(Arrays.copyOfRange(first, 4, 8));
    assertThat(merged.get("model.layers.1.mlp.gate.weight")).isNotEqualTo(first);
    assertThat(runner.merge(yaml).get("model.layers.0.mlp.gate.weight")).isEqualTo(first);
    assertThat(
            runner
                .merge(yaml, MergeOptions.DEFAULTS.withSeed(1), MixtureRunner.NOTHING)
                .get("model.layers.0.mlp.gate.weight"))
        .isNotEqualTo(first);
  }

  private static final String PROMPTED =
      """
      base_model: ./base
      gate_mode: %s
      experts:
      - {source_model: ./a, positive_prompts: [one, two], negative_prompts: [three]}
      - {source_model: ./b, positive_prompts: [three]}
      """;

  /** A prompt's tokens and states by a table. */
  private record Table(Map<String, int[]> tokens, Map<String, float[]> states)
      implements PromptReader {
    @Override
    public List<int[]> tokens(Model model, List<String> prompts, Cancellation cancellation) {
      return prompts.stream().map(tokens::get).toList();
    }

    @Override
    public List<float[][]> layerInputs(
        Model model, List<String> prompts, Pooling pooling, Cancellation cancellation) {
      float sign = pooling == Pooling.LAST ? 1 : -1;
      return prompts.stream()
          .map(
              prompt -> {
                float[] state = states.get(prompt);
                return new float[][] {times(state, sign), times(state, 10 * sign)};
              })
          .toList();
    }
  }

  private static final Table READER =
      new Table(
          Map.of("one", new int[] {0, 1}, "two", new int[] {1}, "three", new int[] {4}),
          Map.of(
              "one", new float[] {3, 0, 0, 0},
              "two", new float[] {1, 2, 0, 0},
              "three", new float[] {0, 0, 0, 5}));

  @Test
  void hiddenGatesAreTheMeanOverPositivePromptsMinusThatOverNegativeOnes() {
    write("llama");
    Map<String, float[]> merged =
        runner.merge(PROMPTED.formatted("hidden"), MergeOptions.DEFAULTS, READER);
    double length = Math.sqrt(4 + 1 + 25);
    float[] expected = {
      (float) (2 / length), (float) (1 / length), 0, (float) (-5 / length), 0, 0, 0, 1
    };
    assertThat(merged.get("model.layers.0.mlp.gate.weight"))
        .containsExactly(expected, within(1e-6f));
    assertThat(merged.get("model.layers.1.mlp.gate.weight"))
        .containsExactly(expected, within(1e-6f));
    assertThat(
            runner
                .merge(PROMPTED.formatted("hidden_avg"), MergeOptions.DEFAULTS, READER)
                .get("model.layers.0.mlp.gate.weight"))
        .containsExactly(times(expected, -1), within(1e-6f));
  }

  @Test
  void cheapGatesAreSumsOfEmbeddingsOfLengthOneTheSameInEveryLayer() {
    write("llama");
    Map<String, float[]> merged =
        runner.merge(PROMPTED.formatted("cheap_embed"), MergeOptions.DEFAULTS, READER);
    float[] embeddings = runner.tensors("base").get("model.embed_tokens.weight");
    double[] positive = new double[4];
    double[] negative = new double[4];
    for (int i = 0; i < 4; i++) {
      positive[i] = embeddings[i] + 2 * embeddings[4 + i];
      negative[i] = embeddings[16 + i];
    }
    normalise(positive);
    normalise(negative);
    double[] gate = new double[4];
    for (int i = 0; i < 4; i++) {
      gate[i] = positive[i] - negative[i];
    }
    normalise(gate);
    float[] router = merged.get("model.layers.0.mlp.gate.weight");
    for (int i = 0; i < 4; i++) {
      assertThat((double) router[i]).isEqualTo(gate[i], within(1e-6));
      assertThat((double) router[4 + i]).isEqualTo(negative[i], within(1e-6));
    }
    assertThat(merged.get("model.layers.1.mlp.gate.weight")).containsExactly(router);
  }

  private static void normalise(double[] row) {
    double length = Math.sqrt(Arrays.stream(row).map(value -> value * value).sum());
    for (int i = 0; i < row.length; i++) {
      row[i] /= length;
    }
  }

  @Test
  void gatesThatHardlyDifferAreWarnedOf() {
    write("llama");
    Table alike =
        new Table(
            Map.of(),
            Map.of(
                "one", new float[] {1, 0, 0, 0},
                "two", new float[] {1, 0, 0, 0},
                "three", new float[] {1, 0.1f, 0, 0}));
    RecipeCheck check =
        runner.plan(
            PROMPTED.formatted("hidden").replace(", negative_prompts: [three]", ""),
            MergeOptions.DEFAULTS,
            alike);
    assertThat(check.problems())
        .extracting(Problem::message)
        .anyMatch(message -> message.contains("layers [0, 1]"));
    assertThat(runner.plan(PROMPTED.formatted("hidden"), MergeOptions.DEFAULTS, READER).problems())
        .isEmpty();
  }

  @Test
  void aBaseWithAnAdapterIsReadWithIt() {
    write("llama");
    new TinyModels(folder.resolve("lora"))
        .tensor(
            "base_model.model.model.embed_tokens.lora_embedding_A", Shape.of(1, 5), 0, 0, 0, 0, 1)
        .tensor(
            "base_model.model.model.embed_tokens.lora_embedding_B", Shape.of(4, 1), 1000, 0, 0, 0)
        .write("adapter_model.safetensors", "adapter_config.json", "{\"r\": 1, \"lora_alpha\": 1}");
    Map<String, float[]> merged =
        runner.merge(
            PROMPTED.formatted("cheap_embed").replace("./base", "./base+./lora"),
            MergeOptions.DEFAULTS,
            READER);
    assertThat(merged.get("model.layers.0.mlp.gate.weight")[4]).isEqualTo(1, within(1e-3f));
    assertThat(merged.get("model.embed_tokens.weight")[16]).isGreaterThan(900);
  }

  @Test
  void theFilesBesideTheTensorsAreThoseOfAMerge() throws IOException {
    write("llama");
    Files.writeString(folder.resolve("base/tokenizer_config.json"), "{}");
    Files.writeString(folder.resolve("base/tokenizer.json"), "{\"made\": \"up\"}");
    runner.merge(RANDOM);
    Path output = folder.resolve("output");
    assertThat(output.resolve("mergekit_moe_config.yml")).hasContent(RANDOM);
    assertThat(output.resolve("tokenizer.json")).hasContent("{\"made\": \"up\"}");
    assertThat(output.resolve("README.md")).content().contains("Mixtral model", "`./a`", "`./b`");
    assertThat(output.resolve("mergefarm.json")).content().contains("./a", "model.safetensors");
  }

  @Test
  void tensorsOfTheBaseWithoutAPlaceAreNeverDroppedInSilence() {
    write("llama");
    runner
        .model("base", "llama", 1)
        .random("model.layers.0.self_attn.o_proj.bias", Shape.of(4), 1)
        .random("model.layers.1.extra.weight", Shape.of(4), 1)
        .write(MixtureRunner.config("llama", ""));
    assertThat(runner.problems(RANDOM))
        .extracting(Problem::code, Problem::path)
        .containsExactlyInAnyOrder(
            org.assertj.core.api.Assertions.tuple(
                ErrorCode.UNSUPPORTED_ARCHITECTURE, "model.layers.0.self_attn.o_proj.bias"),
            org.assertj.core.api.Assertions.tuple(
                ErrorCode.UNSUPPORTED_ARCHITECTURE, "model.layers.1.extra.weight"));
  }
}
