package dev.mergefarm.evalworker;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.merge.MergeEngine;
import dev.mergefarm.merge.plan.MergeOptions;
import dev.mergefarm.proto.v1.EvaluationRequest;
import dev.mergefarm.storage.model.Model;
import dev.mergefarm.storage.model.ModelReference;
import dev.mergefarm.storage.model.ModelRepository;

/** Finds what an evaluation scores: a stored model, or a recipe merged in memory. */
final class SubjectModels {

  private final ModelRepository repository;
  private final MergeEngine engine;

  SubjectModels(ModelRepository repository, MergeEngine engine) {
    this.repository = repository;
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
   * @throws MergefarmException with {@code MODEL_NOT_FOUND}, or with every problem of the recipe
   */
  Model open(EvaluationRequest request, Cancellation cancellation) {
    return switch (request.getSubjectCase()) {
      case MODEL -> repository.open(new ModelReference(request.getModel()));
      case RECIPE ->
          engine.mergeInMemory(
              engine.validate(request.getRecipe(), MergeOptions.DEFAULTS).planOrThrow(),
              cancellation);
      case REMOTE, SUBJECT_NOT_SET ->
          throw new MergefarmException(
              ErrorCode.MISSING_KEY, "An evaluation needs a model or a recipe.");
    };
  }
}
