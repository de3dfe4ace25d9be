package dev.mergefarm.messages;

import dev.mergefarm.common.Problem;
import dev.mergefarm.merge.RecipeCheck;
import dev.mergefarm.merge.plan.MergePlan;
import dev.mergefarm.merge.plan.PlanSummary;
import dev.mergefarm.merge.recipe.Compatibility;
import dev.mergefarm.proto.v1.MergeOptions;
import dev.mergefarm.proto.v1.ValidateRecipeResponse;

/** The merge engine's options and plans as the API shows them. */
public final class MergeMessages {

  private MergeMessages() {}

  /** The engine's options; the message must have passed its checks. */
  public static dev.mergefarm.merge.plan.MergeOptions options(MergeOptions message) {
    var defaults = dev.mergefarm.merge.plan.MergeOptions.DEFAULTS;
    return new dev.mergefarm.merge.plan.MergeOptions(
        message.getCompat().equals("mergekit") ? Compatibility.MERGEKIT : Compatibility.STRICT,
        message.getShardBytes() == 0 ? defaults.shardBytes() : message.getShardBytes(),
        message.getSeed(),
        !message.hasCopyTokenizer() || message.getCopyTokenizer(),
        !message.hasWriteModelCard() || message.getWriteModelCard(),
        defaults.allowMixedArchitectures(),
        defaults.adapterDataType(),
        message.getDevice().isEmpty() ? defaults.device() : message.getDevice());
  }

  public static dev.mergefarm.proto.v1.MergePlan plan(MergePlan plan) {
    PlanSummary summary = plan.summary();
    return dev.mergefarm.proto.v1.MergePlan.newBuilder()
        .setMethod(summary.method())
        .setArchitecture(summary.architecture())
        .setTensors(summary.tensors())
        .setBytesIn(summary.bytesIn())
        .setBytesOut(summary.bytesOut())
        .setShards(summary.shards())
        .setPeakMemoryBytes(summary.peakMemoryBytes())
        .setDigest(summary.digest())
        .build();
  }

  /** What came of checking a recipe: its problems, and its plan when there are no errors. */
  public static ValidateRecipeResponse check(RecipeCheck check) {
    ValidateRecipeResponse.Builder message = ValidateRecipeResponse.newBuilder();
    check.problems().forEach(problem -> message.addProblems(problem(problem)));
    check.plan().ifPresent(plan -> message.setPlan(plan(plan)));
    return message.build();
  }

  private static dev.mergefarm.proto.v1.Problem problem(Problem problem) {
    return dev.mergefarm.proto.v1.Problem.newBuilder()
        .setCode(problem.code().name())
        .setWarning(problem.severity() == Problem.Severity.WARNING)
        .setPath(problem.path())
        .setMessage(problem.message())
        .setSuggestion(problem.suggestion().orElse(""))
        .setHint(problem.code().hint())
        .build();
  }
}
