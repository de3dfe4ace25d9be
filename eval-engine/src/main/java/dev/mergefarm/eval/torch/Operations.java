package dev.mergefarm.eval.torch;

import java.util.Optional;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The libtorch operations that decoder graphs are made of, under names that say what they do. Every
 * result is a new native object that the innermost open {@link TensorScope} frees.
 */
public final class Operations {

  private Operations() {}

  /** {@code input [..., in] x weight [out, in]} transposed, plus the bias [out] if there is one. */
  public static Tensor linear(Tensor input, Tensor weight, Optional<Tensor> bias) {
    return bias.isPresent()
        ? torch.linear(input, weight, new TensorOptional(bias.get()))
        : torch.linear(input, weight);
  }

  /** Joins tensors along a dimension. */
  public static Tensor concatenate(long dimension, Tensor... parts) {
    return torch.cat(new TensorVector(parts), dimension);
  }

  public static Tensor multiply(Tensor tensor, double factor) {
    return tensor.mul(new Scalar(factor));
  }

  public static Tensor add(Tensor tensor, double summand) {
    return tensor.add(new Scalar(summand));
  }

  /** Mean over the last dimension, which stays with size 1. */
  public static Tensor meanOfLast(Tensor tensor) {
    return tensor.mean(new long[] {-1}, true, new ScalarTypeOptional());
  }

  /** Layer normalisation over the last dimension, of the given size. */
  public static Tensor layerNorm(
      Tensor input, long size, Tensor weight, Optional<Tensor> bias, double epsilon) {
    TensorOptional optionalBias =
        bias.isPresent() ? new TensorOptional(bias.get()) : new TensorOptional();
    return torch.layer_norm(
        input, new long[] {size}, new TensorOptional(weight), optionalBias, epsilon, false);
  }

  /**
   * {@code softmax(query x key / scale) x value} in blocks, without holding the whole score matrix.
   *
   * @param query [batch, heads, queries, size]
   * @param key [batch, key heads, keys, size]; heads is a multiple of key heads
   * @param value as key
   * @param mask added to the scores, [batch or 1, 1, queries, keys]; empty for none
   * @param causal whether query i sees keys 0 to i only; not together with a mask
   */
  public static Tensor attention(
      Tensor query, Tensor key, Tensor value, Optional<Tensor> mask, boolean causal, double scale) {
    TensorOptional optionalMask =
        mask.isPresent() ? new TensorOptional(mask.get()) : new TensorOptional();
    return torch.scaled_dot_product_attention(
        query, key, value, optionalMask, 0.0, causal, new DoubleOptional(scale), true);
  }

  public static Tensor softmaxOfLast(Tensor tensor) {
    return torch.softmax(tensor, -1);
  }

  /** The index of the largest value of the last dimension; the lowest one among equals. */
  public static Tensor argumentOfMaximum(Tensor tensor) {
    return torch.argmax(tensor, new LongOptional(-1), false);
  }

  /** {@code log(sum(exp(x)))} over the last dimension. */
  public static Tensor logSumExp(Tensor tensor) {
    return torch.logsumexp(tensor, new long[] {-1}, false);
  }

  /** A tensor of these integers on the device. */
  public static Tensor integers(TorchDevice device, long[] values, long... shape) {
    return device.place(torch.tensor(values).view(shape));
  }

  /** A tensor of these numbers on the device. */
  public static Tensor numbers(TorchDevice device, float[] values, long... shape) {
    return device.place(torch.tensor(values).view(shape));
  }

  /** A tensor on the device whose content is not set. */
  public static Tensor uninitialised(TorchDevice device, ScalarType type, long... shape) {
    return torch.torch_empty(
        shape, device.options(type), new org.bytedeco.pytorch.MemoryFormatOptional());
  }

  /** A copy of a tensor's elements, which must be float32 and fit an array. */
  public static float[] toFloats(Tensor tensor) {
    Tensor local = tensor.cpu().contiguous();
    float[] values = new float[Math.toIntExact(local.numel())];
    local.data_ptr_float().get(values);
    return values;
  }

  /** A copy of a tensor's elements, which must be 64-bit integers and fit an array. */
  public static long[] toLongs(Tensor tensor) {
    Tensor local = tensor.cpu().contiguous();
    long[] values = new long[Math.toIntExact(local.numel())];
    LongPointer pointer = local.data_ptr_long();
    pointer.get(values);
    return values;
  }
}
