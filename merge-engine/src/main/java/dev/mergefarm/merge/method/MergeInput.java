package dev.mergefarm.merge.method;

import java.util.Objects;
import java.util.Optional;

/**
 * One model's part in one output tensor.
 *
 * @param model the model as the recipe names it; random draws are keyed by it
 * @param blocks its tensor
 * @param parameters its own parameters
 * @param companion a tensor that comes with it, where a method has a parameter of type {@link
 *     ParameterSpec.Type#MODEL}: a diagonal of Fisher information of the tensor's shape, or a Gram
 *     matrix
 */
public record MergeInput(
    String model,
    TensorBlocks blocks,
    ParameterValues parameters,
    Optional<TensorBlocks> companion) {

  public MergeInput {
    Objects.requireNonNull(model, "model");
    Objects.requireNonNull(blocks, "blocks");
    Objects.requireNonNull(parameters, "parameters");
    Objects.requireNonNull(companion, "companion");
  }

  public MergeInput(String model, TensorBlocks blocks, ParameterValues parameters) {
    this(model, blocks, parameters, Optional.empty());
  }

  MergeInput withBlocks(TensorBlocks other) {
    return new MergeInput(model, other, parameters, companion);
  }
}
