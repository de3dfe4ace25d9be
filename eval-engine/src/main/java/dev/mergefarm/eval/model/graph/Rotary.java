package dev.mergefarm.eval.model.graph;

import dev.mergefarm.eval.torch.Operations;
import dev.mergefarm.eval.torch.TorchDevice;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Rotary position embeddings (Su et al. 2021, arXiv 2104.09864): pairs of dimensions of queries and
 * keys are turned by an angle proportional to the position.
 *
 * @param frequencies one per pair
 * @param magnitude that the rotated dimensions are multiplied with; 1 for none
 * @param interleaved whether dimension 2i pairs with 2i+1, as in Cohere, instead of with the one
 *     half the rotated dimensions away
 */
public record Rotary(Frequencies frequencies, double magnitude, boolean interleaved) {

  /**
   * Cosines and sines of one forward pass.
   *
   * @param cosine [batch or 1, 1, tokens, rotated dimensions]
   * @param sine as the cosine
   */
  record Rotation(Tensor cosine, Tensor sine) {}

  /** How many of a head's dimensions are turned. */
  int dimensions(int regime) {
    return 2 * frequencies.at(regime).length;
  }

  /**
   * @param positions [batch or 1, tokens], 64-bit integers
   * @param type of the result; the angles are computed in float32
   */
  Rotation rotation(TorchDevice device, Tensor positions, int regime, ScalarType type) {
    float[] values = frequencies.at(regime);
    Tensor inverse = Operations.numbers(device, values, 1, 1, values.length);
    Tensor angles = positions.to(ScalarType.Float).unsqueeze(-1).mul(inverse);
    Tensor both =
        interleaved
            ? torch.stack(new TensorVector(angles, angles), -1).flatten(-2, -1)
            : Operations.concatenate(-1, angles, angles);
    Tensor expanded = both.unsqueeze(1);
    return new Rotation(scaled(expanded.cos()).to(type), scaled(expanded.sin()).to(type));
  }

  private Tensor scaled(Tensor tensor) {
    return magnitude == 1 ? tensor : Operations.multiply(tensor, magnitude);
  }

  /** Turns the first dimensions of [batch, heads, tokens, size] and leaves the rest. */
  Tensor apply(Tensor input, Rotation rotation) {
    long rotated = rotation.cosine().size(3);
    long size = input.size(3);
    if (rotated == size) {
      return turn(input, rotation);
    }
    Tensor turned = turn(input.narrow(-1, 0, rotated), rotation);
    return Operations.concatenate(-1, turned, input.narrow(-1, rotated, size - rotated));
  }

  private Tensor turn(Tensor input, Rotation rotation) {
    if (!interleaved) {
      long half = input.size(3) / 2;
      Tensor swapped =
          Operations.concatenate(-1, input.narrow(-1, half, half).neg(), input.narrow(-1, 0, half));
      return input.mul(rotation.cosine()).add_(swapped.mul_(rotation.sine()));
    }
    Tensor wide = input.to(ScalarType.Float);
    Tensor pairs = wide.unflatten(-1, wide.size(3) / 2, 2);
    Tensor swapped =
        torch
            .stack(new TensorVector(pairs.select(-1, 1).neg(), pairs.select(-1, 0)), -1)
            .flatten(-2, -1);
    return wide.mul(rotation.cosine()).add_(swapped.mul_(rotation.sine())).to(input.scalar_type());
  }
}
