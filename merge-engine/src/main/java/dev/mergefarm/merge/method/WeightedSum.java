package dev.mergefarm.merge.method;

import java.util.Objects;
import java.util.Optional;

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

  @Override
  public Optional<KernelMap> kernels() {
    return Optional.of(this::launch);
  }

  private void launch(KernelSlice slice) {
    KernelCall call = slice.kernel("weighted_sum").output().int32(weights.length).float32(divisor);
    for (int i = 0; i < weights.length; i++) {
      call.input(i).float32(weights[i]).float32(0);
    }
    call.overElements();
  }
}
