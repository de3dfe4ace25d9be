package dev.mergefarm.storage.tensor;

import java.util.Objects;

/**
 * One tensor as its file's header describes it.
 *
 * @param file the file's name within the model, such as {@code model-00001-of-00002.safetensors}
 * @param offset of its first byte from the start of that file
 * @param bytes its length
 */
public record TensorInfo(
    String name, DataType dataType, Shape shape, String file, long offset, long bytes) {

  public TensorInfo {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(dataType, "dataType");
    Objects.requireNonNull(shape, "shape");
    Objects.requireNonNull(file, "file");
    if (offset < 0 || bytes < 0) {
      throw new IllegalArgumentException(
          "offset and bytes must be 0 or more, found " + offset + " and " + bytes);
    }
  }

  /** The tensor without its place. */
  public TensorSpec spec() {
    return new TensorSpec(name, dataType, shape);
  }
}
