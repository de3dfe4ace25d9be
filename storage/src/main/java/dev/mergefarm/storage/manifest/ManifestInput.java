package dev.mergefarm.storage.manifest;

import java.util.List;

/**
 * A model that went into another.
 *
 * @param model the reference as the recipe has it
 * @param files every file that was read of it, by name
 */
public record ManifestInput(String model, List<FileDigest> files) {

  public ManifestInput {
    if (model.isEmpty()) {
      throw new IllegalArgumentException("model must not be empty");
    }
    files = List.copyOf(files);
  }
}
