package dev.mergefarm.cli.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.merge.recipe.Compatibility;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecipeStreamTest {

  private static final String STREAM =
      """
      # both specialists first
      models:
        - model: maths  # from below
        - model: "code+adapter"
          parameters: {weight: 0.5}
      base_model: base
      merge_method: linear
      ---
      name: maths
      merge_method: passthrough
      models: [{model: {model: {path: base}}}]
      ---
      name: code
      merge_method: slerp
      base_model: maths
      models:
        - model: base
      parameters: {t: 0.5}
      """;

  private static RecipeStream read(String yaml) {
    return RecipeStream.read(yaml, Compatibility.STRICT);
  }

  @Test
  void stepsComeAfterThoseTheyNeed() {
    List<GraphStep> steps = read(STREAM).steps("models/mix");
    assertThat(steps).extracting(GraphStep::name).containsExactly("maths", "code", "(result)");
    assertThat(steps)
        .extracting(GraphStep::output)
        .containsExactly("models/mix.parts/maths", "models/mix.parts/code", "models/mix");
    assertThat(steps.get(1).needs()).containsExactly("maths");
    assertThat(steps.get(2).needs()).containsExactlyInAnyOrder("maths", "code");
  }

  @Test
  void resultsGetTheirNamesInTheStoreAndAllElseStaysAsItWas() {
    GraphStep last = read(STREAM).steps("models/mix").getLast();
    assertThat(last.recipe())
        .isEqualTo(
            """
            # both specialists first
            models:
              - model: "models/mix.parts/maths"  # from below
              - model: "models/mix.parts/code+adapter"
                parameters: {weight: 0.5}
            base_model: base
            merge_method: linear
            """);
  }

  @Test
  void theLastRecipeIsTheResultWhereAllHaveNames() {
    String named = STREAM.replace("# both specialists first", "name: all");
    GraphStep last = read(named).steps("models/mix").getLast();
    assertThat(last.name()).isEqualTo("all");
    assertThat(last.output()).isEqualTo("models/mix");
  }

  @Test
  void namesThatNoStoreTakesAreReplacedAndStayApart() {
    String odd = STREAM.replace("maths", "a b").replace("name: code", "name: a-b");
    assertThat(read(odd).steps("models/mix"))
        .extracting(GraphStep::output)
        .contains("models/mix.parts/a-b", "models/mix.parts/a-b-2");
  }

  @Test
  void aRecipeAloneIsNoGraph() {
    String alone = "merge_method: passthrough\nmodels: [{model: base}]\n";
    assertThat(read(alone).isGraph()).isFalse();
    assertThat(read("---\n" + alone + "---\n").isGraph()).isFalse();
    assertThat(read(STREAM).isGraph()).isTrue();
  }

  @Test
  void aCircleIsRefused() {
    String circle = STREAM.replace("{path: base}", "{path: code}");
    assertThatThrownBy(() -> read(circle))
        .isInstanceOf(MergefarmException.class)
        .hasMessageContaining("Circular");
  }
}
