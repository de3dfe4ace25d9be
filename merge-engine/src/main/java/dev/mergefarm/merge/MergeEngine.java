package dev.mergefarm.merge;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.Problems;
import dev.mergefarm.common.Progress;
import dev.mergefarm.merge.plan.MergeOptions;
import dev.mergefarm.merge.plan.MergePlan;
import dev.mergefarm.merge.recipe.RecipeReader;
import dev.mergefarm.storage.ObjectStore;
import dev.mergefarm.storage.model.Model;
import dev.mergefarm.storage.model.ModelRepository;
import java.util.List;
import java.util.Objects;

/** Checks recipes, plans merges and runs them. Safe for many threads. */
public final class MergeEngine {

  private final ModelRepository repository;
  private final MergeSettings settings;

  public MergeEngine(ModelRepository repository, MergeSettings settings) {
    this.repository = Objects.requireNonNull(repository, "repository");
    this.settings = Objects.requireNonNull(settings, "settings");
  }

  /**
   * Reads and plans a recipe from headers and configurations alone. Never throws for a bad recipe:
   * its problems are the answer.
   */
  public RecipeCheck validate(String yaml, MergeOptions options) {
    Problems problems = new Problems();
    RecipeReader.read(yaml, options.compatibility(), problems);
    return new RecipeCheck(problems.all(), List.of());
  }

  /**
   * Runs a plan: shard by shard into the store, the manifest last, so that a model is either whole
   * or not there. Shards that an earlier attempt of the same plan published are kept.
   *
   * @param prefix where the model goes, without a slash at the end
   * @throws dev.mergefarm.common.MergefarmException {@code CANCELLED} within a second of
   *     cancellation; nothing half-written is visible then
   */
  public MergeResult merge(
      MergePlan plan,
      ObjectStore target,
      String prefix,
      Progress.Listener progress,
      Cancellation cancellation) {
    throw new UnsupportedOperationException(prefix);
  }

  /**
   * The result of a plan as a model that is stored nowhere: its tensors are computed when they are
   * read.
   */
  public Model mergeInMemory(MergePlan plan, Cancellation cancellation) {
    throw new UnsupportedOperationException(repository + " " + settings);
  }
}
