package dev.mergefarm.gateway.recipes;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problems;
import dev.mergefarm.gateway.GatewayConfiguration;
import dev.mergefarm.gateway.call.Caller;
import dev.mergefarm.gateway.call.Patience;
import dev.mergefarm.gateway.request.RequestChecks;
import dev.mergefarm.merge.MergeEngine;
import dev.mergefarm.merge.MergeSettings;
import dev.mergefarm.merge.RecipeCheck;
import dev.mergefarm.messages.MergeMessages;
import dev.mergefarm.messages.MethodMessages;
import dev.mergefarm.proto.v1.ListMethodsResponse;
import dev.mergefarm.proto.v1.MergeOptions;
import dev.mergefarm.proto.v1.ValidateRecipeRequest;
import dev.mergefarm.proto.v1.ValidateRecipeResponse;
import dev.mergefarm.service.store.FarmStorage;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;

/** What the API says of recipes. Reads headers and configurations from the store, never weights. */
@ApplicationScoped
public class RecipeService {

  private final MergeEngine engine;
  private final GatewayConfiguration configuration;

  @Inject
  public RecipeService(FarmStorage storage, GatewayConfiguration configuration) {
    this.engine = new MergeEngine(storage.models(), MergeSettings.defaults());
    this.configuration = configuration;
  }

  /** Every merge method with its parameters, by name. */
  public ListMethodsResponse methods() {
    return MethodMessages.methods();
  }

  /** Checks a recipe; its problems are the answer, not a failure. */
  public ValidateRecipeResponse validate(Caller caller, ValidateRecipeRequest request) {
    return MergeMessages.check(check(caller, "", request.getRecipe(), request.getOptions()));
  }

  /**
   * Checks a recipe and its options: against the limits first, then against the models.
   *
   * @param path where recipe and options are in the request, with a dot at the end, or empty
   */
  public RecipeCheck check(Caller caller, String path, String recipe, MergeOptions options) {
    Problems problems = new Problems();
    RequestChecks.recipe(problems, path + "recipe", recipe);
    RequestChecks.mergeOptions(problems, path + "options", options);
    if (problems.hasErrors()) {
      return new RecipeCheck(problems.all(), List.of());
    }
    return Patience.within(
        caller.patience(configuration.checkTimeout()),
        ErrorCode.DEADLINE_EXCEEDED,
        "Checking the recipe",
        () -> engine.validate(recipe, MergeMessages.options(options)));
  }
}
