package dev.mergefarm.merge.extraction;

import dev.mergefarm.storage.tensor.TensorInfo;

/** What is done with one tensor of the tuned model. */
sealed interface ExtractedModule {

  /** The tensor's name in the model. */
  TensorInfo tensor();

  /**
   * The difference becomes two factors.
   *
   * @param embedding whether the factors are those of an embedding, which are turned round
   */
  record Decomposed(String module, TensorInfo tensor, TensorInfo base, boolean embedding)
      implements ExtractedModule {}

  /** The difference of a decomposed module's biases. */
  record Bias(String module, TensorInfo tensor, TensorInfo base) implements ExtractedModule {}

  /** The tensor is stored whole. */
  record Whole(TensorInfo tensor) implements ExtractedModule {}
}
