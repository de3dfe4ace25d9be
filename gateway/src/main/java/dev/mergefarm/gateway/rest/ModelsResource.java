package dev.mergefarm.gateway.rest;

import dev.mergefarm.gateway.call.TenantFilter;
import dev.mergefarm.gateway.models.ModelService;
import dev.mergefarm.proto.v1.DeleteModelRequest;
import dev.mergefarm.proto.v1.GetModelRequest;
import dev.mergefarm.proto.v1.ListModelsRequest;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.inject.Inject;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.util.Optional;

/** The {@code Models} service over HTTP, without the streams that carry files. */
@Path("/v1/models")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class ModelsResource {

  private final ModelService models;

  @Inject
  public ModelsResource(ModelService models) {
    this.models = models;
  }

  @GET
  public String list(
      @Context ContainerRequestContext context,
      @QueryParam("pageSize") Optional<String> pageSize,
      @QueryParam("pageToken") @DefaultValue("") String pageToken) {
    ListModelsRequest request =
        ListModelsRequest.newBuilder()
            .setPageSize(Parameters.wholeNumber("pageSize", pageSize))
            .setPageToken(pageToken)
            .build();
    return Json.write(models.list(TenantFilter.caller(context), request));
  }

  /** The model {@code models/NAME}; a name may hold slashes. */
  @GET
  @Path("{name:.+}")
  public String get(@Context ContainerRequestContext context, @PathParam("name") String name) {
    GetModelRequest request = GetModelRequest.newBuilder().setReference("models/" + name).build();
    return Json.write(models.get(TenantFilter.caller(context), request));
  }

  @DELETE
  @Path("{name:.+}")
  public String delete(@Context ContainerRequestContext context, @PathParam("name") String name) {
    DeleteModelRequest request =
        DeleteModelRequest.newBuilder().setReference("models/" + name).build();
    return Json.write(models.delete(TenantFilter.caller(context), request));
  }
}
