package dev.mergefarm.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problem;
import dev.mergefarm.storage.tensor.Shape;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Parameters that name a checkpoint whose tensors accompany a model's own. */
class CompanionTest {

  private static final String WEIGHT = "model.layers.0.mlp.weight";
  private static final String RECIPE =
      """
      merge_method: fisher
      models:
      - {model: ./a, parameters: {fisher: ./fisher-a}}
      - {model: ./b, parameters: {fisher: ./fisher-b}}
      parameters: {fisher_floor: 0}
      """;

  @TempDir Path folder;
  private RecipeRunner runner;

  @BeforeEach
  void writeModels() {
    write("a", 1, 1);
    write("b", 4, 4);
    write("fisher-a", 1, 2);
    write("fisher-b", 2, 1);
    runner = new RecipeRunner(folder);
  }

  @AfterEach
  void close() {
    runner.close();
  }

  private void write(String name, float... values) {
    new TinyModels(folder.resolve(name))
        .tensor(WEIGHT, Shape.of(1, 2), values)
        .write("{\"architectures\": [\"Tiny\"], \"model_type\": \"tiny\"}");
  }

  @Test
  void eachElementFollowsTheModelThatKnowsMoreOfIt() {
    float[] merged = runner.merge(RECIPE).get(WEIGHT);
    assertThat(merged[0]).isCloseTo(3, within(1e-6f));
    assertThat(merged[1]).isCloseTo(2, within(1e-6f));
  }

  @Test
  void aCheckpointThatIsNotThereIsReportedWhereItIsNamed() {
    assertThat(runner.problems(RECIPE.replace("./fisher-b", "./fisher-c")))
        .extracting(Problem::code, Problem::path)
        .contains(
            org.assertj.core.api.Assertions.tuple(
                ErrorCode.MODEL_NOT_FOUND, "models[1].parameters.fisher"));
  }
}
