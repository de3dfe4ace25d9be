package dev.mergefarm.gateway.evaluations;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problem;
import dev.mergefarm.common.Problems;
import dev.mergefarm.gateway.GatewayConfiguration;
import dev.mergefarm.gateway.call.Caller;
import dev.mergefarm.gateway.call.Patience;
import dev.mergefarm.gateway.recipes.RecipeService;
import dev.mergefarm.proto.v1.EvaluationRequest;
import dev.mergefarm.proto.v1.MergeOptions;
import dev.mergefarm.service.store.FarmStorage;
import dev.mergefarm.storage.model.Model;
import dev.mergefarm.storage.model.ModelReference;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;

/**
 * What headers and texts can tell of an evaluation: whether the model is there and whole, whether
 * the recipe holds, whether the tasks can be read. No weights are loaded.
 */
@ApplicationScoped
public class EvaluationChecks {

  private static final List<String> NEEDED_FILES = List.of("config.json", "tokenizer.json");

  private final FarmStorage storage;
  private final RecipeService recipes;
  private final GatewayConfiguration configuration;

  @Inject
  public EvaluationChecks(
      FarmStorage storage, RecipeService recipes, GatewayConfiguration configuration) {
    this.storage = storage;
    this.recipes = recipes;
    this.configuration = configuration;
  }

  /** Adds every problem of the request's subject and tasks. */
  public void check(Caller caller, Problems problems, EvaluationRequest request) {
    checkSubject(caller, problems, request);
    if (request.getTasksCount() > 0) {
      problems.addAll(
          Patience.within(
              caller.patience(configuration.checkTimeout()),
              ErrorCode.DEADLINE_EXCEEDED,
              "Checking the tasks",
              () -> TaskChecks.problems(request, storage.store(), storage.hub())));
    }
  }

  private void checkSubject(Caller caller, Problems problems, EvaluationRequest request) {
    switch (request.getSubjectCase()) {
      case MODEL -> {
        if (!request.getModel().isBlank()) {
          problems.addAll(
              Patience.within(
                  caller.patience(configuration.checkTimeout()),
                  ErrorCode.DEADLINE_EXCEEDED,
                  "Checking the model",
                  () -> model(request.getModel())));
        }
      }
      case RECIPE ->
          problems.addAll(
              recipes
                  .check(
                      caller, "evaluation.", request.getRecipe(), MergeOptions.getDefaultInstance())
                  .problems());
      case REMOTE -> {
        if (!request.getRemote().getTokenizer().isBlank()) {
          problems.addAll(
              Patience.within(
                  caller.patience(configuration.checkTimeout()),
                  ErrorCode.DEADLINE_EXCEEDED,
                  "Checking the tokenizer",
                  () -> tokenizer(request.getRemote().getTokenizer())));
        }
      }
      case SUBJECT_NOT_SET -> {
        // Reported with the request's own fields.
      }
    }
  }

  private List<Problem> model(String reference) {
    Problems problems = new Problems();
    try (Model model = storage.models().open(new ModelReference(reference))) {
      for (String file : NEEDED_FILES) {
        if (!model.files().contains(file)) {
          problems.error(
              ErrorCode.MODEL_INCOMPLETE,
              "evaluation.model",
              "The model '" + reference + "' has no " + file + ", which an evaluation needs.");
        }
      }
      // Reads and checks the headers.
      model.tensors();
    } catch (MergefarmException failure) {
      if (failure.code().retryable()) {
        throw failure;
      }
      failure.problems().forEach(problem -> problems.add(under("evaluation.model", problem)));
    }
    return problems.all();
  }

  private List<Problem> tokenizer(String reference) {
    Problems problems = new Problems();
    try (Model model = storage.models().open(new ModelReference(reference))) {
      if (!model.files().contains("tokenizer.json")) {
        problems.error(
            ErrorCode.MODEL_INCOMPLETE,
            "evaluation.remote.tokenizer",
            "The model '" + reference + "' has no tokenizer.json.");
      }
    } catch (MergefarmException failure) {
      if (failure.code().retryable()) {
        throw failure;
      }
      failure
          .problems()
          .forEach(problem -> problems.add(under("evaluation.remote.tokenizer", problem)));
    }
    return problems.all();
  }

  private static Problem under(String path, Problem problem) {
    String whole = problem.path().isEmpty() ? path : path + ": " + problem.path();
    return new Problem(
        problem.code(), problem.severity(), whole, problem.message(), problem.suggestion());
  }
}
