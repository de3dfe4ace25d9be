package dev.mergefarm.eval.model.graph;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.eval.torch.ComputeType;
import dev.mergefarm.eval.torch.TorchDevice;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * What a graph runs with.
 *
 * @param cancellation asked before each layer
 */
public record ComputeContext(
    Weights weights, TorchDevice device, ComputeType type, Cancellation cancellation) {

  /**
   * The type attention is computed in, and keys and values are kept in: 16-bit attention is many
   * times slower than float32 on a CPU.
   */
  public ScalarType attentionType() {
    return device.isCpu() ? ScalarType.Float : type.scalarType();
  }
}
