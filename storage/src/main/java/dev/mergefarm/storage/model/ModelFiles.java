package dev.mergefarm.storage.model;

import dev.mergefarm.storage.manifest.Manifest;
import java.util.List;
import java.util.Set;

/** Names of the files that make a folder a model. */
public final class ModelFiles {

  public static final String CONFIG = "config.json";

  /** Written last by the farm: a folder with it is whole. */
  public static final String MANIFEST = Manifest.FILE;

  /**
   * A folder with this file is being written by the farm. It holds what the writer needs to go on
   * after a restart, is removed after the manifest is there, and hides the model until then.
   */
  public static final String DRAFT = ".mergefarm/draft.json";

  /** Files below this prefix belong to the farm and are no part of the model. */
  public static final String PRIVATE_PREFIX = ".mergefarm/";

  /** Each of these alone makes a folder with a {@link #CONFIG} a model with weights. */
  public static final List<String> WEIGHTS =
      List.of(
          "model.safetensors.index.json",
          "model.safetensors",
          "pytorch_model.bin.index.json",
          "pytorch_model.bin");

  private ModelFiles() {}

  /**
   * Whether a folder with these files, named relative to it, is a model that readers may see: one
   * with a manifest, or one with config and weights that nobody is writing.
   */
  public static boolean isVisible(Set<String> files) {
    return files.contains(MANIFEST)
        || (!files.contains(DRAFT)
            && files.contains(CONFIG)
            && WEIGHTS.stream().anyMatch(files::contains));
  }

  /** Whether the name is one that loaders take weights from; a stale one would be taken for new. */
  public static boolean isWeightFile(String name) {
    return WEIGHTS.contains(name)
        || name.matches("(model|pytorch_model)-\\d{5}-of-\\d{5}\\.(safetensors|bin)");
  }
}
