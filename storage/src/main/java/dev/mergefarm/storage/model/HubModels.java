package dev.mergefarm.storage.model;

import dev.mergefarm.storage.ObjectFolder;
import java.util.Optional;

/**
 * What a repository needs of a hub. A service that only validates reads models in place; one that
 * works with them mirrors them into the farm's store first.
 */
@FunctionalInterface
public interface HubModels {

  /**
   * The files of a model; empty when the hub has none of that name, or could not have one.
   *
   * @throws dev.mergefarm.common.MergefarmException when the hub refuses or does not answer
   */
  Optional<ObjectFolder> find(String path, String revision);
}
