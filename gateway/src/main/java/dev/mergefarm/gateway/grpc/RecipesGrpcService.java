package dev.mergefarm.gateway.grpc;

import dev.mergefarm.gateway.recipes.RecipeService;
import dev.mergefarm.proto.v1.ListMethodsRequest;
import dev.mergefarm.proto.v1.ListMethodsResponse;
import dev.mergefarm.proto.v1.RecipesGrpc;
import dev.mergefarm.proto.v1.ValidateRecipeRequest;
import dev.mergefarm.proto.v1.ValidateRecipeResponse;
import io.grpc.stub.StreamObserver;
import io.quarkus.grpc.GrpcService;
import jakarta.inject.Inject;

/** The {@code mergefarm.v1.Recipes} service. */
@GrpcService
public class RecipesGrpcService extends RecipesGrpc.RecipesImplBase {

  private final RecipeService recipes;

  @Inject
  public RecipesGrpcService(RecipeService recipes) {
    this.recipes = recipes;
  }

  @Override
  public void validateRecipe(
      ValidateRecipeRequest request, StreamObserver<ValidateRecipeResponse> observer) {
    Answers.answer(observer, caller -> recipes.validate(caller, request));
  }

  @Override
  public void listMethods(
      ListMethodsRequest request, StreamObserver<ListMethodsResponse> observer) {
    Answers.answer(observer, caller -> recipes.methods());
  }
}
