package dev.mergefarm.merge.method;

import dev.mergefarm.merge.kernel.CounterRandom;
import java.util.ArrayList;
import java.util.List;

/** DARE's choice: every element is kept with probability {@code density}. */
final class RandomThinning {

  private RandomThinning() {}

  static List<DeltaMask> masks(TensorMerge tensor, List<Integer> inputs) {
    List<DeltaMask> masks = new ArrayList<>();
    for (int input : inputs) {
      double density = tensor.number(TaskVectorMethod.DENSITY, input);
      masks.add(
          density >= 1
              ? new DeltaMask.All()
              : new DeltaMask.Drawn(random(tensor, input), (float) density));
    }
    return masks;
  }

  /** The numbers drawn for one model's part in a tensor. */
  static CounterRandom random(TensorMerge tensor, int input) {
    return CounterRandom.of(tensor.seed(), tensor.name(), tensor.inputs().get(input).model());
  }

  /** One reading for the norms where something is dropped, and one to compute. */
  static int passes(TensorMerge tensor) {
    boolean whole =
        tensor.others().stream().allMatch(input -> TaskVectorMethod.keepsAll(tensor, input));
    return whole ? 1 : 2;
  }
}
