package dev.mergefarm.storage.model;

/** Finds models by reference. Safe for many threads. */
public interface ModelRepository {

  /**
   * Opens a model. The reference's adapter is not opened with it: it is a reference of its own.
   *
   * @throws dev.mergefarm.common.MergefarmException with {@code MODEL_NOT_FOUND} and the nearest
   *     known name, or {@code INVALID_VALUE} for a reference that this repository does not allow
   */
  Model open(ModelReference reference);
}
