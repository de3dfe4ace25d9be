package dev.mergefarm.merge.method;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The example of the documentation's page on adding a method. */
class AddingAMethodTest {

  record Clip(int inputs, float limit) implements ElementMap {
    @Override
    public void apply(Block block, float[] result) {
      block.scaleInput(0, 1f, result);
      for (int i = 1; i < inputs; i++) {
        block.addScaledInput(i, 1f, result);
      }
      block.math().divideBy(result, result, inputs, block.length());
      float[] first = block.input(0);
      for (int i = 0; i < block.length(); i++) {
        result[i] = Math.clamp(result[i], first[i] - limit, first[i] + limit);
      }
    }
  }

  @Test
  void theDocumentedExampleHoldsTheMeanNearTheFirstModel() {
    float[] merged =
        new StageRunner(new float[] {1f, 1f}, new float[] {3f, 1.2f}).map(new Clip(2, 0.5f));

    assertThat(merged).containsExactly(1.5f, 1.1f);
  }
}
