package dev.mergefarm.merge;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problems;
import dev.mergefarm.merge.method.TensorMerge;
import dev.mergefarm.merge.output.OutputFile;
import dev.mergefarm.merge.plan.MergePlan;
import dev.mergefarm.merge.plan.ModelOpener;
import dev.mergefarm.merge.plan.PlannedModel;
import dev.mergefarm.merge.plan.PlannedTensor;
import dev.mergefarm.storage.model.Model;
import dev.mergefarm.storage.tensor.TensorSource;
import java.util.ArrayList;
import java.util.List;

/** A plan with its models open. Safe for many threads. */
final class OpenedPlan implements AutoCloseable {

  private final MergePlan plan;
  private final List<Model> models = new ArrayList<>();
  private final List<TensorSource> sources = new ArrayList<>();

  OpenedPlan(MergePlan plan, ModelOpener opener) {
    this.plan = plan;
    try {
      for (PlannedModel planned : plan.models()) {
        Model model = opener.open(planned);
        models.add(model);
        sources.add(model.tensors());
      }
    } catch (RuntimeException failure) {
      close();
      throw failure;
    }
  }

  List<Model> models() {
    return models;
  }

  /**
   * What the engine needs to compute a tensor.
   *
   * @throws MergefarmException when a model is no longer what it was when the plan was made
   */
  TensorMerge merge(PlannedTensor tensor) {
    Problems problems = new Problems();
    TensorMerge merge =
        TensorMerge.plan(
                tensor.request(
                    plan.method(), plan.options().seed(), origin -> origin.open(sources)),
                problems)
            .orElseThrow(() -> new MergefarmException(problems.all()));
    if (!merge.shape().equals(tensor.spec().shape())
        || merge.outputType() != tensor.spec().dataType()) {
      throw new MergefarmException(
          ErrorCode.INTERNAL, "The tensor " + merge.name() + " is not as it was planned.");
    }
    return merge;
  }

  /** A small file's content. */
  byte[] content(OutputFile file) {
    return switch (file) {
      case OutputFile.Generated generated -> generated.content();
      case OutputFile.Copied copied ->
          models
              .get(copied.source())
              .file(copied.name())
              .orElseThrow(
                  () ->
                      new MergefarmException(
                          ErrorCode.MODEL_INCOMPLETE,
                          "The file " + copied.name() + " is no longer there."));
    };
  }

  @Override
  public void close() {
    models.forEach(Model::close);
  }
}
