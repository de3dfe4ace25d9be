package dev.mergefarm.gateway.rest;

import dev.mergefarm.gateway.call.TenantFilter;
import dev.mergefarm.gateway.recipes.RecipeService;
import dev.mergefarm.proto.v1.ValidateRecipeRequest;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;

/** The {@code Recipes} service over HTTP. */
@Path("/v1")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class RecipesResource {

  private final RecipeService recipes;

  @Inject
  public RecipesResource(RecipeService recipes) {
    this.recipes = recipes;
  }

  @POST
  @Path("recipes:validate")
  public String validate(@Context ContainerRequestContext context, String body) {
    ValidateRecipeRequest request = Json.read(body, ValidateRecipeRequest.getDefaultInstance());
    return Json.write(recipes.validate(TenantFilter.caller(context), request));
  }

  @GET
  @Path("methods")
  public String methods() {
    return Json.write(recipes.methods());
  }
}
