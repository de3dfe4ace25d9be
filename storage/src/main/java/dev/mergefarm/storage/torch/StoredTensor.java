package dev.mergefarm.storage.torch;

import dev.mergefarm.storage.tensor.DataType;
import java.util.List;

/**
 * A tensor as the pickle describes it: a view of a storage. Nothing is checked yet.
 *
 * @param offset of its first element in the storage, in elements
 * @param sizes of its dimensions
 * @param strides of its dimensions, in elements
 */
record StoredTensor(
    Storage storage, DataType dataType, long offset, List<Long> sizes, List<Long> strides) {

  /**
   * Bytes beside the pickle.
   *
   * @param key its entry's name below {@code data/}
   * @param kind what the pickle names as its class
   */
  record Storage(StorageKind kind, String key) {}

  /**
   * A class of storages.
   *
   * @param dataType of its elements; null for one without a type, whose tensors bring theirs
   */
  record StorageKind(DataType dataType) {}
}
