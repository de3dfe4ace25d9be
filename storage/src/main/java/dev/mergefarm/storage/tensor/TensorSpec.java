package dev.mergefarm.storage.tensor;

import java.util.Objects;

/**
 * A tensor that is to be written: all that fixes its size before its bytes exist.
 *
 * @param name its name in the checkpoint, 1 to {@value #NAME_LIMIT} characters
 */
public record TensorSpec(String name, DataType dataType, Shape shape) {

  /** Longest accepted tensor name, in characters. */
  public static final int NAME_LIMIT = 1024;

  public TensorSpec {
    Objects.requireNonNull(dataType, "dataType");
    Objects.requireNonNull(shape, "shape");
    if (name.isEmpty() || name.length() > NAME_LIMIT) {
      throw new IllegalArgumentException(
          "name must have 1 to " + NAME_LIMIT + " characters, found " + name.length());
    }
    dataType.bytesFor(shape.elements());
  }

  /** The tensor's length in bytes. */
  public long bytes() {
    return dataType.bytesFor(shape.elements());
  }
}
