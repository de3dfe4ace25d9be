package dev.mergefarm.storage.tensor;

/**
 * One tensor as its file's header describes it.
 *
 * @param file the file's name within the model, such as {@code model-00001-of-00002.safetensors}
 * @param offset of its first byte from the start of that file
 * @param bytes its length
 */
public record TensorInfo(
    String name, DataType dataType, Shape shape, String file, long offset, long bytes) {}
