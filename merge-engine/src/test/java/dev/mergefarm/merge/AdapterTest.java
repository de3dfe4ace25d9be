package dev.mergefarm.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problem;
import dev.mergefarm.storage.tensor.Shape;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdapterTest {

  private static final String MODULE = "model.layers.0.self_attn.q_proj";
  private static final String RECIPE =
      "merge_method: passthrough\nmodels: [{model: ./base+./lora}]\ndtype: float32\n";

  @TempDir Path folder;
  private RecipeRunner runner;

  @BeforeEach
  void writeModel() {
    new TinyModels(folder.resolve("base"))
        .tensor("model.embed_tokens.weight", Shape.of(3, 2), 1, 2, 3, 4, 5, 6)
        .tensor(MODULE + ".weight", Shape.of(2, 3), 1, 2, 3, 4, 5, 6)
        .tensor("model.layers.0.self_attn.k_proj.weight", Shape.of(2, 2), 1, 2, 3, 4)
        .tensor("model.norm.weight", Shape.of(2), 1, 1)
        .write("{\"architectures\": [\"Unheard\"], \"model_type\": \"unheard\"}");
    runner = new RecipeRunner(folder);
  }

  @AfterEach
  void close() {
    runner.close();
  }

  private TinyModels adapter() {
    return new TinyModels(folder.resolve("lora"))
        .tensor("base_model.model." + MODULE + ".lora_A.weight", Shape.of(1, 3), 1, 0, -1)
        .tensor("base_model.model." + MODULE + ".lora_B.weight", Shape.of(2, 1), 2, 3);
  }

  private void write(TinyModels adapter, String configuration) {
    adapter.write("adapter_model.safetensors", "adapter_config.json", configuration);
  }

  @Test
  void theProductIsAddedByAlphaOverRank() {
    write(adapter(), "{\"peft_type\": \"LORA\", \"r\": 1, \"lora_alpha\": 4}");
    Map<String, float[]> merged = runner.merge(RECIPE);
    assertThat(merged.get(MODULE + ".weight")).containsExactly(9, 2, -5, 16, 5, -6);
    assertThat(merged.get("model.layers.0.self_attn.k_proj.weight")).containsExactly(1, 2, 3, 4);
  }

  @Test
  void patternsForAModuleReplaceTheRankAndTheAlpha() {
    write(
        adapter(),
        """
        {"r": 8, "lora_alpha": 4, "rank_pattern": {"q_proj": 1}, "alpha_pattern": {".*q_proj": 0.5}}
        """);
    assertThat(runner.merge(RECIPE).get(MODULE + ".weight"))
        .containsExactly(2, 2, 2, 5.5f, 5, 4.5f);
  }

  @Test
  void rankStabilisedAdaptersDivideByTheRootOfTheRank() {
    write(
        new TinyModels(folder.resolve("lora"))
            .tensor(
                "base_model.model." + MODULE + ".lora_A.weight",
                Shape.of(4, 3),
                1,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0)
            .tensor(
                "base_model.model." + MODULE + ".lora_B.weight",
                Shape.of(2, 4),
                1,
                0,
                0,
                0,
                1,
                0,
                0,
                0),
        "{\"r\": 4, \"lora_alpha\": 4, \"use_rslora\": true}");
    assertThat(runner.merge(RECIPE).get(MODULE + ".weight")).containsExactly(3, 2, 3, 6, 5, 6);
  }

  @Test
  void transposedWeightsGetTheTransposedProduct() {
    write(
        new TinyModels(folder.resolve("lora"))
            .tensor("base_model.model." + MODULE + ".lora_A.weight", Shape.of(1, 2), 1, -1)
            .tensor("base_model.model." + MODULE + ".lora_B.weight", Shape.of(3, 1), 1, 2, 3),
        "{\"r\": 1, \"lora_alpha\": 1, \"fan_in_fan_out\": true}");
    assertThat(runner.merge(RECIPE).get(MODULE + ".weight")).containsExactly(2, 4, 6, 3, 3, 3);
  }

  @Test
  void embeddingsAndModulesSavedWholeAreTakenOver() {
    write(
        new TinyModels(folder.resolve("lora"))
            .tensor("base_model.model.model.embed_tokens.lora_embedding_A", Shape.of(1, 3), 1, 2, 3)
            .tensor("base_model.model.model.embed_tokens.lora_embedding_B", Shape.of(2, 1), 1, 10)
            .tensor("base_model.model.model.norm.weight", Shape.of(2), 7, 8),
        "{\"r\": 1, \"lora_alpha\": 1}");
    Map<String, float[]> merged = runner.merge(RECIPE);
    assertThat(merged.get("model.embed_tokens.weight")).containsExactly(2, 12, 5, 24, 8, 36);
    assertThat(merged.get("model.norm.weight")).containsExactly(7, 8);
  }

  @Test
  void anAdaptedModelIsMergedLikeAnyOther() {
    write(adapter(), "{\"r\": 1, \"lora_alpha\": 4}");
    float[] merged =
        runner
            .merge(
                """
                merge_method: linear
                models:
                - {model: ./base+./lora, parameters: {weight: 1}}
                - {model: ./base, parameters: {weight: 3}}
                """)
            .get(MODULE + ".weight");
    assertThat(merged[0]).isEqualTo(3, within(1e-6f));
    assertThat(merged[2]).isEqualTo(1, within(1e-6f));
  }

  @Test
  void weightDecompositionAndOtherKindsAreRefused() {
    write(adapter(), "{\"r\": 1, \"lora_alpha\": 4, \"use_dora\": true}");
    assertThat(runner.problems(RECIPE))
        .extracting(Problem::code)
        .contains(ErrorCode.UNSUPPORTED_ADAPTER);
    write(adapter(), "{\"r\": 1, \"peft_type\": \"IA3\"}");
    assertThat(runner.problems(RECIPE))
        .extracting(Problem::code)
        .contains(ErrorCode.UNSUPPORTED_ADAPTER);
  }

  @Test
  void anAdapterForAnotherModelIsRefusedWithEveryTargetThatDoesNotFit() {
    write(
        new TinyModels(folder.resolve("lora"))
            .tensor("base_model.model." + MODULE + ".lora_A.weight", Shape.of(1, 5), 1, 0, 0, 0, 0)
            .tensor("base_model.model." + MODULE + ".lora_B.weight", Shape.of(2, 1), 2, 3)
            .tensor("base_model.model.other.lora_A.weight", Shape.of(1, 1), 1)
            .tensor("base_model.model.other.lora_B.weight", Shape.of(1, 1), 1),
        "{\"r\": 1, \"lora_alpha\": 4}");
    assertThat(runner.problems(RECIPE))
        .filteredOn(problem -> problem.code() == ErrorCode.UNSUPPORTED_ADAPTER)
        .hasSize(2);
  }

  @Test
  void aHostilePatternMatchesNothingAndDoesNotHang() {
    write(
        adapter(),
        "{\"r\": 1, \"lora_alpha\": 4, \"rank_pattern\": {\"(.*)*(.*)*(.*)*(.*)*x\": 9}}");
    assertThat(runner.merge(RECIPE).get(MODULE + ".weight")).containsExactly(9, 2, -5, 16, 5, -6);
  }
}
