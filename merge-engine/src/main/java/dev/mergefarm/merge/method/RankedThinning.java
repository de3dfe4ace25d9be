package dev.mergefarm.merge.method;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problems;
import dev.mergefarm.merge.method.ParameterSpec.Scope;
import java.util.ArrayList;
import java.util.List;

/** DELLA's choice: the larger an element in its row, the more likely it is kept. */
final class RankedThinning {

  static final ParameterSpec EPSILON =
      ParameterSpec.number(
              "epsilon",
              Scope.PER_MODEL,
              0.15,
              "How far the probability of being kept goes below and above the density.")
          .within(new ParameterRange(0, 1));

  private RankedThinning() {}

  static void check(TensorMerge tensor, int input, String path, Problems problems) {
    double density = tensor.number(TaskVectorMethod.DENSITY, input);
    double epsilon = tensor.number(EPSILON, input);
    boolean drawn = density > 0 && density < 1;
    if (drawn) {
      SlabWork.checkRow(RankedMask.slabElements(tensor.shape()), path, problems);
    }
    if (drawn && (density + epsilon >= 1 || density - epsilon <= 0)) {
      problems.error(
          ErrorCode.INVALID_VALUE,
          path,
          "density - epsilon and density + epsilon must lie between 0 and 1, found density "
              + density
              + " and epsilon "
              + epsilon);
    }
  }

  static List<DeltaMask> masks(TensorMerge tensor, List<Integer> inputs) {
    List<DeltaMask> masks = new ArrayList<>();
    for (int input : inputs) {
      masks.add(mask(tensor, input));
    }
    return masks;
  }

  private static DeltaMask mask(TensorMerge tensor, int input) {
    double density = tensor.number(TaskVectorMethod.DENSITY, input);
    if (density >= 1) {
      return new DeltaMask.All();
    }
    if (density <= 0) {
      return new DeltaMask.Nothing();
    }
    return RankedMask.of(
        tensor,
        input,
        density,
        tensor.number(EPSILON, input),
        RandomThinning.random(tensor, input));
  }
}
