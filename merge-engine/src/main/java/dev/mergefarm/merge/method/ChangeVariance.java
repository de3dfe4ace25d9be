package dev.mergefarm.merge.method;

import java.util.List;
import java.util.OptionalInt;

/** Ranks elements by the population variance of the models' changes, computed in float64. */
record ChangeVariance(int base, List<Integer> inputs) implements KeyRows {

  ChangeVariance {
    inputs = List.copyOf(inputs);
  }

  @Override
  public int count() {
    return 1;
  }

  @Override
  public float[][] of(Block block) {
    float[][] changes = GramReduction.vectors(block, inputs, OptionalInt.of(base));
    float[] variance = block.scratch(inputs.size());
    fill(variance, changes, block.length());
    return new float[][] {variance};
  }

  static void fill(float[] variance, float[][] changes, int length) {
    for (int j = 0; j < length; j++) {
      double sum = 0;
      for (float[] change : changes) {
        sum += change[j];
      }
      double mean = sum / changes.length;
      double squares = 0;
      for (float[] change : changes) {
        squares += (change[j] - mean) * (change[j] - mean);
      }
      variance[j] = (float) (squares / changes.length);
    }
  }

  @Override
  public void write(KernelSlice slice, KernelCall call) {
    Kind.VARIANCE.write(call, base, inputs, 0, 1);
  }

  @Override
  public String kernel(String name) {
    return name + "_of_variance";
  }
}
