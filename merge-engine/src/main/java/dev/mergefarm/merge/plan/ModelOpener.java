package dev.mergefarm.merge.plan;

import dev.mergefarm.storage.model.Model;

/** Opens the checkpoints that a plan names. */
@FunctionalInterface
public interface ModelOpener {

  /**
   * Opens one; the caller closes it.
   *
   * @throws dev.mergefarm.common.MergefarmException when it is not there
   */
  Model open(PlannedModel model);
}
