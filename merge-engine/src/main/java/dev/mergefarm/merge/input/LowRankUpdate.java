package dev.mergefarm.merge.input;

import dev.mergefarm.storage.tensor.Shape;

/**
 * What a LoRA adapter adds to a weight: {@code scale * up * down}, or its transpose.
 *
 * @param down the adapter's A, of shape [rank, inputs]
 * @param up the adapter's B, of shape [outputs, rank]
 * @param scale alpha over rank, or over the rank's square root
 * @param transposed whether the weight is stored as [inputs, outputs]
 */
public record LowRankUpdate(TensorOrigin down, TensorOrigin up, double scale, boolean transposed) {

  public LowRankUpdate {
    Shape a = down.shape();
    Shape b = up.shape();
    if (a.rank() != 2 || b.rank() != 2 || a.dimension(0) != b.dimension(1)) {
      throw new IllegalArgumentException("A of shape " + a + " and B of " + b + " do not multiply");
    }
  }

  /** The shape of the weight that it can be added to. */
  public Shape shape() {
    long outputs = up.shape().dimension(0);
    long inputs = down.shape().dimension(1);
    return transposed ? Shape.of(inputs, outputs) : Shape.of(outputs, inputs);
  }
}
