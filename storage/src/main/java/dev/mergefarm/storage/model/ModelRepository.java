package dev.mergefarm.storage.model;

/** Finds models by reference. Safe for many threads. */
public interface ModelRepository {

  /**
   * Opens a model.
   *
   * @throws dev.mergefarm.common.MergefarmException with {@code MODEL_NOT_FOUND} and the nearest
   *     known names
   */
  Model open(ModelReference reference);
}
