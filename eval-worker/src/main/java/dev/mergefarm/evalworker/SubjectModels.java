package dev.mergefarm.evalworker;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Progress;
import dev.mergefarm.merge.MergeEngine;
import dev.mergefarm.merge.plan.MergeOptions;
import dev.mergefarm.proto.v1.EvaluationRequest;
import dev.mergefarm.service.store.JobModels;
import dev.mergefarm.storage.model.Model;
import dev.mergefarm.storage.model.ModelReference;
import dev.mergefarm.storage.model.ModelRepository;

/** Finds what an evaluation scores: a stored model, or a recipe merged in memory. */
final class SubjectModels {

  private final JobModels models;
  private final MergeEngine engine;

  /**
   * @param models where each job's models come from
   * @param engine whose workers and memory all jobs share
   */
  SubjectModels(JobModels models, MergeEngine engine) {
    this.models = models;
    this.engine = engine;
  }

  /** What results call the subject. */
  static String name(EvaluationRequest request) {
    return switch (request.getSubjectCase()) {
      case MODEL -> request.getModel();
      case REMOTE -> request.getRemote().getModel();
      case RECIPE, SUBJECT_NOT_SET -> "recipe";
    };
  }

  /**
   * Opens the subject, where its weights are here; its tensors are read, or merged, when they are
   * asked for.
   *
   * @param progress told when a model must be copied from the hub first
   * @throws MergefarmException with {@code MODEL_NOT_FOUND}, or with every problem of the recipe
   */
  Model open(EvaluationRequest request, Cancellation cancellation, Progress.Listener progress) {
    ModelRepository repository = models.of(cancellation, progress);
    return switch (request.getSubjectCase()) {
      case MODEL -> repository.open(new ModelReference(request.getModel()));
      case RECIPE -> {
        MergeEngine ownModels = engine.withModels(repository);
        yield ownModels.mergeInMemory(
            ownModels.validate(request.getRecipe(), MergeOptions.DEFAULTS).planOrThrow(),
            cancellation);
      }
      case REMOTE, SUBJECT_NOT_SET ->
          throw new MergefarmException(
              ErrorCode.MISSING_KEY, "An evaluation needs a model or a recipe.");
    };
  }
}
