package dev.mergefarm.eval.model.graph;

import dev.mergefarm.eval.torch.Operations;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * A matrix product with an optional bias.
 *
 * @param weight [outputs, inputs], or [inputs, outputs] where transposed
 * @param bias [outputs]
 * @param transposed whether the checkpoint stores the matrix the other way round, as GPT-2 does
 */
public record Linear(Parameter weight, Optional<Parameter> bias, boolean transposed)
    implements Part {

  /** The weights {@code name.weight} and, where wanted, {@code name.bias}. */
  public static Linear of(String name, long inputs, long outputs, boolean withBias) {
    return new Linear(
        Parameter.matrix(name + ".weight", outputs, inputs), bias(name, outputs, withBias), false);
  }

  /** As {@link #of}, with the matrix stored as [inputs, outputs]. */
  public static Linear transposed(String name, long inputs, long outputs) {
    return new Linear(
        Parameter.matrix(name + ".weight", inputs, outputs), bias(name, outputs, true), true);
  }

  private static Optional<Parameter> bias(String name, long outputs, boolean withBias) {
    return withBias ? Optional.of(Parameter.vector(name + ".bias", outputs)) : Optional.empty();
  }

  @Override
  public List<Parameter> parameters() {
    return bias.isPresent() ? List.of(weight, bias.get()) : List.of(weight);
  }

  /** From [..., inputs] to [..., outputs]. */
  public Tensor apply(Tensor input, Weights weights) {
    Tensor matrix = weights.get(weight);
    return Operations.linear(
        input, transposed ? matrix.transpose(0, 1) : matrix, bias.map(weights::get));
  }
}
