package dev.mergefarm.storage.tensor;

import java.util.Objects;

/** The bounds of a read within a tensor. */
public final class TensorRanges {

  private TensorRanges() {}

  /**
   * @param offset first byte wanted, from the start of the tensor
   * @param length bytes wanted
   * @throws IndexOutOfBoundsException naming the tensor, if they do not lie within it
   */
  public static void check(TensorInfo tensor, long offset, long length) {
    Objects.requireNonNull(tensor, "tensor");
    if (offset < 0 || length > tensor.bytes() - offset) {
      throw new IndexOutOfBoundsException(
          "bytes %d to %d were asked of '%s', which has %d"
              .formatted(offset, offset + length, tensor.name(), tensor.bytes()));
    }
  }
}
