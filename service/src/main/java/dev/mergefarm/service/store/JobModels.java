package dev.mergefarm.service.store;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.Progress;
import dev.mergefarm.storage.model.ModelRepository;

/** Where the models of one job come from. */
@FunctionalInterface
public interface JobModels {

  /**
   * @param cancellation ends the copying of a model from the hub
   * @param progress told of such copying, in files and bytes of the stage {@code mirror}
   */
  ModelRepository of(Cancellation cancellation, Progress.Listener progress);
}
