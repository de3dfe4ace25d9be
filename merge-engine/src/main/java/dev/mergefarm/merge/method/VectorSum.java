package dev.mergefarm.merge.method;

import java.util.ArrayList;
import java.util.List;

/** Ends a merge whose result is one combination of whole tensors. */
final class VectorSum {

  private VectorSum() {}

  /**
   * The sum of the inputs times their coefficients; with a base, of their differences from it,
   * added to it.
   *
   * @param inputs by index among the tensor's inputs; the others count nothing
   */
  static Stage of(TensorMerge tensor, List<Integer> inputs, double[] coefficients) {
    if (tensor.base().isEmpty()) {
      float[] weights = new float[tensor.inputs().size()];
      for (int i = 0; i < coefficients.length; i++) {
        weights[inputs.get(i)] = (float) coefficients[i];
      }
      return new Stage.Map(new WeightedSum(weights, 1));
    }
    List<TaskVector> vectors = new ArrayList<>();
    for (int i = 0; i < coefficients.length; i++) {
      vectors.add(new TaskVector(inputs.get(i), (float) coefficients[i], new DeltaMask.All(), 1));
    }
    int base = tensor.base().getAsInt();
    return new Stage.Map(new TaskVectorSum(base, vectors, false, false, 1));
  }
}
