package dev.mergefarm.cli.local;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Progress;
import dev.mergefarm.merge.MergeEngine;
import dev.mergefarm.merge.MergeResult;
import dev.mergefarm.merge.MergeSettings;
import dev.mergefarm.merge.RecipeCheck;
import dev.mergefarm.merge.plan.MergeOptions;
import dev.mergefarm.merge.plan.MergePlan;
import dev.mergefarm.storage.LocalObjectStore;
import dev.mergefarm.storage.ObjectStore;
import dev.mergefarm.storage.model.DefaultModelRepository;
import dev.mergefarm.storage.model.ModelRepository;
import java.nio.file.Path;

/** Merges on this machine, without a farm; model paths are relative to the working directory. */
public final class LocalMerge implements AutoCloseable {

  private final MergeEngine engine;

  public LocalMerge() {
    this.engine = new MergeEngine(repository(), MergeSettings.defaults());
  }

  /** Models in folders of this machine. */
  public static ModelRepository repository() {
    return DefaultModelRepository.builder().localPaths(Path.of("")).build();
  }

  public RecipeCheck check(String recipe, MergeOptions options) {
    return engine.validate(recipe, options);
  }

  /**
   * Merges into a folder.
   *
   * @param folder where the model goes; its parent must exist or be creatable
   */
  public MergeResult merge(
      MergePlan plan, Path folder, Progress.Listener progress, Cancellation cancellation) {
    Path target = folder.toAbsolutePath().normalize();
    if (target.getParent() == null) {
      throw new MergefarmException(ErrorCode.INVALID_VALUE, target + " is no folder for a model");
    }
    try (ObjectStore store = new LocalObjectStore(target.getParent())) {
      return engine.merge(plan, store, target.getFileName().toString(), progress, cancellation);
    }
  }

  @Override
  public void close() {
    engine.close();
  }
}
