package dev.mergefarm.storage.model;

import dev.mergefarm.storage.tensor.TensorSource;
import java.util.List;
import java.util.Optional;

/** A model that was found: its small files and its tensors. Opening reads headers only. */
public interface Model extends AutoCloseable {

  ModelReference reference();

  /** Names of all files, relative to the model's folder, in order. */
  List<String> files();

  /** A small file's content (at most 64 MiB), or empty when the model has none of that name. */
  Optional<byte[]> file(String name);

  /** The checkpoint's tensors; headers are read and checked on the first call. */
  TensorSource tensors();

  @Override
  void close();
}
