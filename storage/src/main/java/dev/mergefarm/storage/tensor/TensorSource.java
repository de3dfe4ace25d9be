package dev.mergefarm.storage.tensor;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.SequencedMap;

/** The tensors of one checkpoint, wherever and in how many files it lies. Safe for many threads. */
public interface TensorSource extends AutoCloseable {

  /** All tensors by name, in the order of files and of offsets within them. */
  SequencedMap<String, TensorInfo> tensors();

  default Optional<TensorInfo> find(String name) {
    return Optional.ofNullable(tensors().get(name));
  }

  /**
   * Fills the whole target with the tensor's bytes (little endian, row-major, as stored).
   *
   * @param offset of the first byte wanted, from the start of the tensor
   */
  void read(TensorInfo tensor, long offset, MemorySegment target);

  @Override
  void close();
}
