package dev.mergefarm.storage.tensor;

import dev.mergefarm.common.Problem;
import java.lang.foreign.MemorySegment;
import java.util.List;
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
   * Fills the whole target with the tensor's bytes (little endian, row-major).
   *
   * @param tensor one of {@link #tensors}
   * @param offset of the first byte wanted, from the start of the tensor
   */
  void read(TensorInfo tensor, long offset, MemorySegment target);

  /** What is odd about the checkpoint without making it unreadable; for the user to see. */
  default List<Problem> warnings() {
    return List.of();
  }

  @Override
  void close();
}
