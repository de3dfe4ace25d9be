package dev.mergefarm.merge.plan;

import dev.mergefarm.merge.method.MergeMethod;
import dev.mergefarm.merge.output.OutputFile;
import dev.mergefarm.storage.safetensors.ShardPlan;
import java.util.List;
import java.util.Optional;

/**
 * Everything a merge will do, decided from headers alone. Immutable; holds no open file.
 *
 * @param name what the other recipes of a stream call this one's result
 * @param recipe the YAML stream that it was made from
 * @param method how tensors are merged
 * @param options what was asked for beside the recipe
 * @param models the checkpoints that are read; origins of tensors count by this list
 * @param tensors in the order in which they are written
 * @param shards the files of tensors
 * @param files every other file but the manifest
 * @param summary the figures
 */
public record MergePlan(
    Optional<String> name,
    String recipe,
    MergeMethod method,
    MergeOptions options,
    List<PlannedModel> models,
    List<PlannedTensor> tensors,
    ShardPlan shards,
    List<OutputFile> files,
    PlanSummary summary) {

  public MergePlan {
    models = List.copyOf(models);
    tensors = List.copyOf(tensors);
    files = List.copyOf(files);
  }
}
