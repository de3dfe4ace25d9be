package dev.mergefarm.merge.method;

import java.util.Objects;

/**
 * The weighted sum of all inputs, divided at the end: {@code (w0 * x0 + w1 * x1 + ...) / divisor},
 * each operation rounded to float32, in input order.
 *
 * @param weights one for each input; not copied and not to be changed
 * @param divisor 1 for none
 */
record WeightedSum(float[] weights, float divisor) implements ElementMap {

  WeightedSum {
    Objects.requireNonNull(weights, "weights");
  }

  @Override
  public void apply(Block block, float[] result) {
    block.scaleInput(0, weights[0], result);
    for (int i = 1; i < weights.length; i++) {
      block.addScaledInput(i, weights[i], result);
    }
    if (divisor != 1) {
      block.math().divideBy(result, result, divisor, block.length());
    }
  }
}
