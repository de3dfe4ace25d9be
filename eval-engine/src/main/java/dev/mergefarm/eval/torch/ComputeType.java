package dev.mergefarm.eval.torch;

import org.bytedeco.pytorch.global.torch.ScalarType;

/** The number format that weights are held in and that a forward pass computes in. */
public enum ComputeType {
  /** 32-bit IEEE floating point: what reference results are stated in. */
  FLOAT32(4, ScalarType.Float),
  /** 8 bits of precision with float32's range; half the memory. */
  BFLOAT16(2, ScalarType.BFloat16),
  /** 16-bit IEEE floating point; on CUDA devices only. */
  FLOAT16(2, ScalarType.Half);

  private final int bytes;
  private final ScalarType scalarType;

  ComputeType(int bytes, ScalarType scalarType) {
    this.bytes = bytes;
    this.scalarType = scalarType;
  }

  /** Size of one element in bytes. */
  public int bytes() {
    return bytes;
  }

  /** libtorch's constant for it. */
  public ScalarType scalarType() {
    return scalarType;
  }
}
