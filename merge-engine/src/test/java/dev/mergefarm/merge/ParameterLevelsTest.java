package dev.mergefarm.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mergefarm.merge.plan.MergePlan;
import dev.mergefarm.merge.plan.PlannedTensor;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ParameterLevelsTest {

  private final RecipeRunner runner = new RecipeRunner(Path.of("src/test/resources/golden"));

  @AfterEach
  void close() {
    runner.close();
  }

  private static double weight(MergePlan plan, String tensor, int input) {
    PlannedTensor found =
        plan.tensors().stream()
            .filter(candidate -> candidate.spec().name().equals(tensor))
            .findFirst()
            .orElseThrow();
    return (double) found.inputs().get(input).parameters().values().get("weight");
  }

  private MergePlan plan(String yaml) {
    return runner.check(yaml).planOrThrow();
  }

  @Test
  void theStrongestLevelWinsAndAFilterThatDoesNotMatchLeavesItToTheNext() {
    MergePlan plan =
        plan(
            """
            merge_method: linear
            slices:
            - sources:
              - model: models/code
                layer_range: [0, 6]
                parameters: {weight: [{filter: q_proj, value: 1}]}
              - {model: models/math, layer_range: [0, 6]}
              parameters: {weight: [{filter: self_attn, value: 2}]}
            parameters: {weight: 3}
            """);
    assertThat(weight(plan, "model.layers.0.self_attn.q_proj.weight", 0)).isEqualTo(1);
    assertThat(weight(plan, "model.layers.0.self_attn.q_proj.weight", 1)).isEqualTo(2);
    assertThat(weight(plan, "model.layers.0.self_attn.k_proj.weight", 0)).isEqualTo(2);
    assertThat(weight(plan, "model.layers.0.mlp.up_proj.weight", 0)).isEqualTo(3);
    assertThat(weight(plan, "model.norm.weight", 1)).isEqualTo(3);
  }

  @Test
  void aModulesSettingsStandBetweenTheSlicesAndTheRecipes() {
    MergePlan plan =
        plan(
            """
            merge_method: linear
            modules:
              default:
                models: [{model: models/code}, {model: models/math}]
                parameters: {weight: [{filter: mlp, value: 2}]}
            parameters: {weight: 3}
            """);
    assertThat(weight(plan, "model.layers.5.mlp.up_proj.weight", 0)).isEqualTo(2);
    assertThat(weight(plan, "model.layers.5.self_attn.q_proj.weight", 0)).isEqualTo(3);
  }

  @Test
  void aGradientSpansTheLayersOfItsSliceAndTheRestGetsItsFirstValue() {
    MergePlan plan =
        plan(
            """
            merge_method: linear
            models: [{model: models/code}]
            parameters: {weight: [0, 1, 0.5]}
            """);
    double[] expected = {0, 0.4, 0.8, 0.9, 0.7, 0.5};
    for (int layer = 0; layer < 6; layer++) {
      assertThat(weight(plan, "model.layers." + layer + ".mlp.up_proj.weight", 0))
          .isEqualTo(expected[layer], within(1e-12));
    }
    assertThat(weight(plan, "model.embed_tokens.weight", 0)).isZero();
    assertThat(weight(plan, "lm_head.weight", 0)).isZero();
  }

  @Test
  void aSliceOfOneLayerGetsTheLastValueOfAGradient() {
    MergePlan plan =
        plan(
            """
            merge_method: linear
            slices: [{sources: [{model: models/code, layer_range: [2, 3]}]}]
            parameters: {weight: [0.25, 0.75]}
            """);
    assertThat(weight(plan, "model.layers.0.mlp.up_proj.weight", 0)).isEqualTo(0.75);
  }

  @Test
  void aModelsFilterSeesTheNameThatTheTensorHasInThatModel() {
    MergePlan plan =
        plan(
            """
            merge_method: linear
            slices:
            - sources:
              - model: models/code
                layer_range: [3, 6]
                parameters: {weight: [{filter: layers.4., value: 5}, {value: 1}]}
            """);
    assertThat(weight(plan, "model.layers.1.mlp.up_proj.weight", 0)).isEqualTo(5);
    assertThat(weight(plan, "model.layers.2.mlp.up_proj.weight", 0)).isEqualTo(1);
  }

  @Test
  void numbersMayBeSpelledAsTextAndBooleansCount() {
    MergePlan plan =
        plan(
            """
            merge_method: linear
            models:
            - {model: models/code, parameters: {weight: "0.5"}}
            - {model: models/math, parameters: {weight: 1e-5}}
            - {model: models/chat, parameters: {weight: yes}}
            """);
    assertThat(weight(plan, "model.norm.weight", 0)).isEqualTo(0.5);
    assertThat(weight(plan, "model.norm.weight", 1)).isEqualTo(1e-5);
    assertThat(weight(plan, "model.norm.weight", 2)).isEqualTo(1);
  }
}
