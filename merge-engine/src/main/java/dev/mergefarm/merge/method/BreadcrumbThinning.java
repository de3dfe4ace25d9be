package dev.mergefarm.merge.method;

import dev.mergefarm.merge.method.ParameterSpec.Scope;
import java.util.ArrayList;
import java.util.List;

/** The choice of Model Breadcrumbs: neither the largest magnitudes nor the smallest. */
final class BreadcrumbThinning {

  static final ParameterSpec GAMMA =
      ParameterSpec.number(
              "gamma", Scope.PER_MODEL, 0.01, "The share of the largest elements to drop.")
          .within(new ParameterRange(0, 1));

  private BreadcrumbThinning() {}

  static int passes(TensorMerge tensor) {
    boolean whole =
        tensor.others().stream().allMatch(input -> TaskVectorMethod.keepsAll(tensor, input));
    return whole ? 1 : 4;
  }

  static Stage stages(TensorMerge tensor, List<Integer> inputs, TaskVectorMethod.Finish finish) {
    long elements = tensor.shape().elements();
    long[][] ranks = new long[inputs.size()][];
    for (int i = 0; i < ranks.length; i++) {
      ranks[i] = ranks(tensor, inputs.get(i), elements);
    }
    KeyRows rows = new KeyRows.TaskVectors(inputs, tensor.base().orElseThrow());
    return MagnitudeSelection.stages(
        rows, ranks, elements, cuts -> finish.with(masks(cuts, ranks)));
  }

  /**
   * How many of the largest elements are dropped, and how many are dropped or kept. Where so many
   * are to be kept that fewer than gamma's share are left to drop, only those are. None for a
   * difference that is kept whole.
   */
  private static long[] ranks(TensorMerge tensor, int input, long elements) {
    if (TaskVectorMethod.keepsAll(tensor, input)) {
      return new long[0];
    }
    long kept = (long) (tensor.number(TaskVectorMethod.DENSITY, input) * elements);
    long outliers = (long) (tensor.number(GAMMA, input) * elements);
    long dropped = Math.min(outliers, elements - kept);
    return new long[] {dropped, dropped + kept};
  }

  private static List<DeltaMask> masks(MagnitudeCut[][] cuts, long[][] ranks) {
    List<DeltaMask> masks = new ArrayList<>();
    for (int i = 0; i < cuts.length; i++) {
      masks.add(mask(cuts[i], ranks[i]));
    }
    return masks;
  }

  private static DeltaMask mask(MagnitudeCut[] cuts, long[] ranks) {
    if (ranks.length == 0) {
      return new DeltaMask.All();
    }
    if (ranks[0] == ranks[1]) {
      return new DeltaMask.Nothing();
    }
    return ranks[0] == 0 ? new DeltaMask.Largest(cuts[1]) : new DeltaMask.Between(cuts[0], cuts[1]);
  }
}
