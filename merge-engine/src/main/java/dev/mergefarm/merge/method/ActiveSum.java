package dev.mergefarm.merge.method;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The base plus the active changes at each element: one model's alone times its factor, several
 * models' averaged over those.
 *
 * @param epsilon a change is active when its magnitude is above this
 * @param factors one for each of the inputs; not copied and not to be changed
 */
record ActiveSum(int base, List<Integer> inputs, float epsilon, float[] factors)
    implements ElementMap {

  private static final int SUM = 0;
  private static final int COUNTS = 1;
  private static final int FIRST_CHANGE = 2;

  ActiveSum {
    inputs = List.copyOf(inputs);
  }

  @Override
  public void apply(Block block, float[] result) {
    int length = block.length();
    float[] sum = block.scratch(SUM);
    float[] counts = activeCounts(block, base, inputs, epsilon);
    Arrays.fill(sum, 0, length, 0);
    for (int i = 0; i < inputs.size(); i++) {
      addActive(block.scratch(FIRST_CHANGE + i), counts, factors[i], sum, length);
    }
    block.math().add(result, block.input(base), sum, length);
  }

  /** Leaves each model's change in a scratch row and returns how many are active. */
  static float[] activeCounts(Block block, int base, List<Integer> inputs, float epsilon) {
    float[] counts = block.scratch(COUNTS);
    Arrays.fill(counts, 0, block.length(), 0);
    for (int i = 0; i < inputs.size(); i++) {
      float[] change = change(block, i);
      block.taskVector(inputs.get(i), base, change);
      for (int j = 0; j < block.length(); j++) {
        counts[j] += Math.abs(change[j]) > epsilon ? 1 : 0;
      }
    }
    return counts;
  }

  /** The row of one model's change. */
  static float[] change(Block block, int index) {
    return block.scratch(FIRST_CHANGE + index);
  }

  private void addActive(float[] change, float[] counts, float factor, float[] sum, int length) {
    for (int j = 0; j < length; j++) {
      if (Math.abs(change[j]) > epsilon) {
        sum[j] += counts[j] == 1 ? change[j] * factor : change[j] / counts[j];
      }
    }
  }

  @Override
  public Optional<KernelMap> kernels() {
    return Optional.of(this::launch);
  }

  private void launch(KernelSlice slice) {
    KernelCall call = slice.kernel("active_sum").output().input(base);
    call.int32(inputs.size()).float32(epsilon);
    for (int i = 0; i < inputs.size(); i++) {
      call.input(inputs.get(i)).float32(factors[i]).float32(0);
    }
    call.overElements();
  }
}
