package dev.mergefarm.merge.plan;

import dev.mergefarm.merge.method.MergeMethod;
import dev.mergefarm.merge.output.OutputFile;
import dev.mergefarm.storage.safetensors.ShardPlan;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Puts a plan together from parts that have been checked.
 *
 * @param name what other recipes of a stream call the result
 * @param text the YAML that the plan is made from
 * @param method how tensors are merged
 * @param kind what the summary calls the method
 * @param architecture class name of the result
 * @param models the checkpoints that are read
 * @param memoryBound what the engine's buffers take for any tensors, in bytes
 */
record PlanAssembly(
    Optional<String> name,
    String text,
    MergeMethod method,
    String kind,
    String architecture,
    MergeOptions options,
    List<PlannedModel> models,
    long memoryBound) {

  /**
   * The plan.
   *
   * @param tensors in the order in which they are cut into files
   * @param digest holds what identifies the models
   */
  MergePlan assemble(List<PlannedTensor> tensors, List<OutputFile> files, PlanDigest digest) {
    ShardPlan shards =
        ShardPlan.of(tensors.stream().map(PlannedTensor::spec).toList(), options.shardBytes());
    List<PlannedTensor> inWritingOrder = inWritingOrder(tensors, shards);
    inWritingOrder.forEach(digest::tensor);
    files.forEach(digest::file);
    PlanSummary summary =
        new PlanSummary(
            kind,
            architecture,
            tensors.size(),
            tensors.stream().mapToLong(PlannedTensor::bytesIn).sum(),
            tensors.stream().mapToLong(tensor -> tensor.spec().bytes()).sum(),
            shards.shards().size(),
            PeakMemory.of(memoryBound, models, tensors),
            digest.finish());
    return new MergePlan(
        name, text, method, options, models, inWritingOrder, shards, files, summary);
  }

  /** A digest of what the plan does beside its models, tensors and files. */
  PlanDigest digest() {
    return new PlanDigest()
        .add(kind)
        .add(Long.toString(options.seed()))
        .add(Long.toString(options.shardBytes()));
  }

  /** Within a file, wider types come first; tensors are computed in the order of their bytes. */
  private static List<PlannedTensor> inWritingOrder(List<PlannedTensor> tensors, ShardPlan shards) {
    Map<String, PlannedTensor> byName = new HashMap<>();
    tensors.forEach(tensor -> byName.put(tensor.spec().name(), tensor));
    return shards.tensors().stream().map(info -> byName.get(info.name())).toList();
  }
}
