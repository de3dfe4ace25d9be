package dev.mergefarm.merge;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problem;
import dev.mergefarm.merge.plan.MergeOptions;
import dev.mergefarm.merge.recipe.Compatibility;
import dev.mergefarm.storage.tensor.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchitectureMergeTest {

  @TempDir Path folder;
  private RecipeRunner runner;

  @BeforeEach
  void open() {
    runner = new RecipeRunner(folder);
  }

  @AfterEach
  void close() {
    runner.close();
  }

  private static String config(String className, String modelType, String rest) {
    return "{\"architectures\": [\"%s\"], \"model_type\": \"%s\"%s}"
        .formatted(className, modelType, rest);
  }

  private JsonNode writtenConfig() throws IOException {
    return new ObjectMapper().readTree(folder.resolve("output/config.json").toFile());
  }

  private TinyModels llama(String name, int layers, int seed) {
    TinyModels model = new TinyModels(folder.resolve(name));
    model.random("model.embed_tokens.weight", Shape.of(8, 4), seed);
    for (int layer = 0; layer < layers; layer++) {
      String prefix = "model.layers." + layer + ".";
      model.random(prefix + "input_layernorm.weight", Shape.of(4), seed);
      model.random(prefix + "post_attention_layernorm.weight", Shape.of(4), seed);
      for (String part :
          new String[] {
            "self_attn.q_proj",
            "self_attn.k_proj",
            "self_attn.v_proj",
            "self_attn.o_proj",
            "mlp.up_proj",
            "mlp.gate_proj",
            "mlp.down_proj"
          }) {
        model.random(prefix + part + ".weight", Shape.of(4, 4), seed);
      }
    }
    return model.random("model.norm.weight", Shape.of(4), seed);
  }

  private static final String LLAMA =
      config("LlamaForCausalLM", "llama", ", \"num_hidden_layers\": 2, \"vocab_size\": 8");
  private static final String TIED =
      config(
          "LlamaForCausalLM",
          "llama",
          ", \"num_hidden_layers\": 2, \"vocab_size\": 8, \"tie_word_embeddings\": true");
  private static final String HALVES =
      """
      merge_method: linear
      models:
      - {model: ./a, parameters: {weight: 0.5}}
      - {model: ./b, parameters: {weight: 0.5}}
      """;

  @Test
  void aModelWithoutAHeadContributesItsEmbeddingsToOneThatHasIt() throws IOException {
    llama("a", 2, 1).write(TIED);
    llama("b", 2, 2).random("lm_head.weight", Shape.of(8, 4), 2).write(LLAMA);
    Map<String, float[]> merged = runner.merge(HALVES);
    float[] embedding = TinyModels.read(folder.resolve("a")).get("model.embed_tokens.weight");
    float[] head = TinyModels.read(folder.resolve("b")).get("lm_head.weight");
    for (int i = 0; i < head.length; i++) {
      assertThat(merged.get("lm_head.weight")[i])
          .isEqualTo((embedding[i] * 0.5f + head[i] * 0.5f) / 1f);
    }
    assertThat(writtenConfig().get("tie_word_embeddings").asBoolean()).isFalse();
    assertThat(runner.problems(HALVES))
        .extracting(Problem::message)
        .anyMatch(m -> m.contains("head"));
  }

  @Test
  void tiedModelsStayTied() throws IOException {
    llama("a", 2, 1).write(TIED);
    llama("b", 2, 2).write(TIED);
    assertThat(runner.merge(HALVES)).doesNotContainKey("lm_head.weight");
    assertThat(writtenConfig().get("tie_word_embeddings").asBoolean()).isTrue();
  }

  @Test
  void aTensorThatTheDefinitionDoesNotKnowIsMergedWithAWarning() {
    llama("a", 2, 1).tensor("model.layers.1.extra.scale", Shape.of(1), 2).write(LLAMA);
    llama("b", 2, 2).tensor("model.layers.1.extra.scale", Shape.of(1), 4).write(LLAMA);
    assertThat(runner.merge(HALVES).get("model.layers.1.extra.scale")).containsExactly(3);
    assertThat(runner.problems(HALVES))
        .extracting(Problem::severity, Problem::code)
        .containsExactly(
            org.assertj.core.api.Assertions.tuple(
                Problem.Severity.WARNING, ErrorCode.UNSUPPORTED_ARCHITECTURE));
    MergeOptions lenient = MergeOptions.DEFAULTS.withCompatibility(Compatibility.MERGEKIT);
    assertThat(
            runner.engine().validate(HALVES, lenient).planOrThrow().tensors().stream()
                .map(tensor -> tensor.spec().name()))
        .doesNotContain("model.layers.1.extra.scale");
  }

  @Test
  void settingsForEachLayerFollowTheLayers() throws IOException {
    llama("a", 3, 1)
        .write(
            config(
                "LlamaForCausalLM",
                "llama",
                ", \"num_hidden_layers\": 3, \"layer_types\": [\"x\", \"y\", \"z\"],"
                    + " \"eos_token_id\": [1, 2, 3]"));
    runner.merge(
        """
        merge_method: passthrough
        slices:
        - sources: [{model: ./a, layer_range: [0, 2]}]
        - sources: [{model: ./a, layer_range: [1, 3]}]
        """);
    assertThat(writtenConfig().get("num_hidden_layers").asInt()).isEqualTo(4);
    assertThat(writtenConfig().get("layer_types"))
        .extracting(JsonNode::asText)
        .containsExactly("x", "y", "y", "z");
    assertThat(writtenConfig().get("eos_token_id")).hasSize(3);
  }

  @Test
  void architecturesThatDifferAreOnlyMixedWhenAllowed() {
    llama("a", 2, 1).write(LLAMA);
    llama("b", 2, 2).write(config("MistralForCausalLM", "mistral", ", \"num_hidden_layers\": 2"));
    assertThat(runner.problems(HALVES))
        .extracting(Problem::code)
        .contains(ErrorCode.UNSUPPORTED_ARCHITECTURE);
    MergeOptions mixed =
        new MergeOptions(
            Compatibility.STRICT, 0, 0, true, true, true, java.util.Optional.empty(), "auto");
    assertThat(runner.engine().validate(HALVES, mixed).plan()).isPresent();
  }

  @Test
  void expertsStoredOneByOneAreMergedAndWrittenTogether() {
    for (String name : new String[] {"a", "b"}) {
      int seed = name.charAt(0);
      TinyModels model = new TinyModels(folder.resolve(name));
      model.random("model.embed_tokens.weight", Shape.of(8, 4), seed);
      model.random("model.norm.weight", Shape.of(4), seed);
      String prefix = "model.layers.0.";
      model.random(prefix + "input_layernorm.weight", Shape.of(4), seed);
      model.random(prefix + "post_attention_layernorm.weight", Shape.of(4), seed);
      for (String part : "qkvo".split("")) {
        model.random(prefix + "self_attn." + part + "_proj.weight", Shape.of(4, 4), seed);
      }
      model.random(prefix + "block_sparse_moe.gate.weight", Shape.of(11, 4), seed);
      for (int expert = 0; expert < 11; expert++) {
        String at = prefix + "block_sparse_moe.experts." + expert + ".";
        model.random(at + "w1.weight", Shape.of(3, 4), seed);
        model.random(at + "w3.weight", Shape.of(3, 4), seed);
        model.random(at + "w2.weight", Shape.of(4, 3), seed);
      }
      model.write(config("MixtralForCausalLM", "mixtral", ", \"num_hidden_layers\": 1"));
    }
    Map<String, float[]> merged = runner.merge(HALVES);
    assertThat(merged).containsKey("model.layers.0.mlp.gate.weight");
    assertThat(merged.keySet()).noneMatch(name -> name.contains("block_sparse_moe"));
    Map<String, float[]> a = TinyModels.read(folder.resolve("a"));
    Map<String, float[]> b = TinyModels.read(folder.resolve("b"));
    float[] gateUp = merged.get("model.layers.0.mlp.experts.gate_up_proj");
    assertThat(gateUp).hasSize(11 * 6 * 4);
    for (int expert = 0; expert < 11; expert++) {
      String at = "model.layers.0.block_sparse_moe.experts." + expert + ".";
      for (int i = 0; i < 12; i++) {
        float gate = (a.get(at + "w1.weight")[i] * 0.5f + b.get(at + "w1.weight")[i] * 0.5f) / 1f;
        float up = (a.get(at + "w3.weight")[i] * 0.5f + b.get(at + "w3.weight")[i] * 0.5f) / 1f;
        assertThat(gateUp[expert * 24 + i]).isEqualTo(gate);
        assertThat(gateUp[expert * 24 + 12 + i]).isEqualTo(up);
      }
    }
  }

  private void twoTowers(String name, int seed) {
    new TinyModels(folder.resolve(name))
        .random("language_model.model.embed_tokens.weight", Shape.of(8, 4), seed)
        .random("language_model.model.layers.0.mlp.weight", Shape.of(4, 4), seed)
        .random("language_model.model.layers.1.mlp.weight", Shape.of(4, 4), seed)
        .random("vision_tower.blocks.0.weight", Shape.of(2, 2), seed)
        .random("projector.weight", Shape.of(4, 2), seed)
        .write(config("LlavaLike", "llava_like", ", \"text_config\": {\"vocab_size\": 8}"));
  }

  @Test
  void anUnknownModelOfSeveralPartsIsMergedByModule() {
    twoTowers("a", 1);
    twoTowers("b", 2);
    String recipe =
        """
        merge_method: linear
        modules:
          language_model.model.layers:
            slices:
            - sources:
              - {model: ./a, layer_range: [0, 2], parameters: {weight: 0.5}}
              - {model: ./b, layer_range: [0, 2], parameters: {weight: 0.5}}
          vision_tower.blocks:
            models: [{model: ./a, parameters: {weight: 1}}]
        """;
    assertThat(runner.merge(recipe).keySet())
        .containsExactlyInAnyOrder(
            "language_model.model.layers.0.mlp.weight",
            "language_model.model.layers.1.mlp.weight",
            "vision_tower.blocks.0.weight");
    assertThat(runner.problems(recipe))
        .extracting(Problem::message)
        .anyMatch(message -> message.contains("module 'default'"));
    assertThat(runner.merge(HALVES)).hasSize(5);
    assertThat(runner.problems(recipe.replace("vision_tower.blocks:", "vision_tower.block:")))
        .filteredOn(problem -> problem.severity() == Problem.Severity.ERROR)
        .extracting(problem -> problem.suggestion().orElse(""))
        .containsExactly("vision_tower.blocks");
  }

  @Test
  void aVisionLanguageModelOfEitherNamingIsMergedByItsParts() {
    String[][] namings = {
      {"language_model.model.", "vision_tower.", "multi_modal_projector."},
      {"model.language_model.", "model.vision_tower.", "model.multi_modal_projector."}
    };
    for (int naming = 0; naming < 2; naming++) {
      String text = namings[naming][0];
      TinyModels model = new TinyModels(folder.resolve(naming == 0 ? "a" : "b"));
      model.tensor(text + "embed_tokens.weight", Shape.of(2, 1), 1, 2);
      model.tensor(text + "norm.weight", Shape.of(1), naming);
      for (String part :
          new String[] {
            "input_layernorm", "self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj",
            "self_attn.o_proj", "post_attention_layernorm", "mlp.up_proj", "mlp.gate_proj",
            "mlp.down_proj"
          }) {
        model.tensor(text + "layers.0." + part + ".weight", Shape.of(1), naming);
      }
      for (String part :
          new String[] {
            "ffn_norm", "feed_forward.down_proj", "feed_forward.gate_proj", "feed_forward.up_proj",
            "attention_norm", "attention.k_proj", "attention.o_proj", "attention.q_proj",
            "attention.v_proj"
          }) {
        model.tensor(
            namings[naming][1] + "transformer.layers.0." + part + ".weight", Shape.of(1), naming);
      }
      model.tensor(namings[naming][1] + "patch_conv.weight", Shape.of(1), naming);
      model.tensor(namings[naming][1] + "ln_pre.weight", Shape.of(1), naming);
      for (String part :
          new String[] {"linear_1", "linear_2", "norm", "patch_merger.merging_layer"}) {
        model.tensor(namings[naming][2] + part + ".weight", Shape.of(1), naming);
      }
      model.write(
          config(
              "Mistral3ForConditionalGeneration",
              "mistral3",
              ", \"text_config\": {\"num_hidden_layers\": 1, \"vocab_size\": 2},"
                  + " \"vision_config\": {\"num_hidden_layers\": 1}"));
    }
    String recipe =
        """
        merge_method: linear
        modules:
          text_decoder:
            slices:
            - sources:
              - {model: ./a, layer_range: [0, 1], parameters: {weight: 1}}
              - {model: ./b, layer_range: [0, 1], parameters: {weight: 3}}
          vision_tower: {models: [{model: ./b, parameters: {weight: 1}}]}
          multi_modal_projector: {models: [{model: ./a, parameters: {weight: 1}}]}
        """;
    assertThat(runner.problems(recipe)).isEmpty();
    Map<String, float[]> merged = runner.merge(recipe);
    assertThat(merged).hasSize(26);
    assertThat(merged.get("language_model.model.layers.0.mlp.up_proj.weight"))
        .containsExactly(0.75f);
    assertThat(merged.get("vision_tower.ln_pre.weight")).containsExactly(1);
    assertThat(merged.get("multi_modal_projector.norm.weight")).containsExactly(0);
  }

  @Test
  void slicesOfAModelOfSeveralPartsMustSayWhichModule() {
    twoTowers("a", 1);
    assertThat(
            runner.problems(
                """
                merge_method: passthrough
                slices: [{sources: [{model: ./a, layer_range: [0, 1]}]}]
                """))
        .extracting(Problem::message)
        .anyMatch(message -> message.startsWith("Model has multiple modules"));
  }

  @Test
  void tenThousandTensorsArePlannedOneByOne() {
    for (String name : new String[] {"a", "b"}) {
      TinyModels model = new TinyModels(folder.resolve(name));
      for (int layer = 0; layer < 10; layer++) {
        for (int expert = 0; expert < 500; expert++) {
          String at = "model.layers." + layer + ".mlp.experts." + expert + ".";
          model.tensor(at + "up.weight", Shape.of(1), 1).tensor(at + "down.weight", Shape.of(1), 1);
        }
      }
      model.write(config("UnfusedMixture", "unfused", ""));
    }
    assertThat(runner.check(HALVES).planOrThrow().summary().tensors()).isEqualTo(10_000);
  }
}
