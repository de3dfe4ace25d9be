package dev.mergefarm.storage.model;

import dev.mergefarm.storage.ObjectFolder;
import dev.mergefarm.storage.tensor.TensorSource;
import java.util.List;
import java.util.Optional;

/**
 * A model that was found: its small files and its tensors. Opening reads headers only. Safe for
 * many threads; close it after the last use of its tensors.
 */
public interface Model extends AutoCloseable {

  ModelReference reference();

  /** Where its files lie. */
  ObjectFolder folder();

  /** Names of all files, relative to the model's folder, in order. */
  List<String> files();

  /** A small file's content (at most 64 MiB), or empty when the model has none of that name. */
  Optional<byte[]> file(String name);

  /**
   * The checkpoint's tensors; headers are read and checked on the first call.
   *
   * @throws dev.mergefarm.common.MergefarmException with {@code MODEL_INCOMPLETE} when there are no
   *     weights or some are missing, or with the codes of a malformed file
   */
  TensorSource tensors();

  @Override
  void close();
}
