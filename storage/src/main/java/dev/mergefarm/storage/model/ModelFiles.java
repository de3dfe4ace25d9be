package dev.mergefarm.storage.model;

import java.util.List;

/** Names of the files that make a folder a model. */
public final class ModelFiles {

  public static final String CONFIG = "config.json";

  /** Written last by the farm: a folder with it is whole. */
  public static final String MANIFEST = "mergefarm.json";

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
}
