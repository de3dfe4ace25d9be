package dev.mergefarm.merge.method;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A weighted sum whose weights differ from row to row or column to column: of the inputs, or of
 * their differences from a base, which is then added.
 *
 * @param weights for each of the inputs, one for each group; not copied and not to be changed
 */
record GroupedSum(Grouping grouping, List<Integer> inputs, OptionalInt base, float[][] weights)
    implements ElementMap {

  GroupedSum {
    inputs = List.copyOf(inputs);
  }

  @Override
  public void apply(Block block, float[] result) {
    float[][] rows = GramReduction.vectors(block, inputs, base);
    Arrays.fill(result, 0, block.length(), 0);
    for (int start = 0; start < block.length(); ) {
      int run = grouping.run(block.first() + start, block.length() - start);
      int group = grouping.group(block.first() + start);
      for (int i = 0; i < rows.length; i++) {
        if (grouping.alongLast()) {
          add(result, rows[i], weights[i][group], start, start + run);
        } else {
          add(result, rows[i], weights[i], group, start, run);
        }
      }
      start += run;
    }
    if (base.isPresent()) {
      block.math().add(result, result, block.input(base.getAsInt()), block.length());
    }
  }

  private static void add(float[] result, float[] row, float weight, int from, int to) {
    for (int i = from; i < to; i++) {
      result[i] += row[i] * weight;
    }
  }

  private static void add(
      float[] result, float[] row, float[] weights, int group, int from, int count) {
    for (int i = 0; i < count; i++) {
      result[from + i] += row[from + i] * weights[group + i];
    }
  }

  @Override
  public Optional<KernelMap> kernels() {
    return Optional.of(this::launch);
  }

  private void launch(KernelSlice slice) {
    KernelCall call = slice.kernel("grouped_sum").output().input(base.orElse(inputs.getFirst()));
    grouping.write(call);
    call.int32(inputs.size()).int32(base.isPresent() ? 1 : 0);
    for (int i = 0; i < inputs.size(); i++) {
      call.input(inputs.get(i)).address(slice.table(weights[i]));
    }
    call.overElements();
  }
}
