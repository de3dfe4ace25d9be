package dev.mergefarm.gateway.rest;

import dev.mergefarm.gateway.call.TenantFilter;
import dev.mergefarm.gateway.tasks.TaskService;
import dev.mergefarm.proto.v1.GetTaskBundleRequest;
import dev.mergefarm.proto.v1.ListTaskBundlesRequest;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.inject.Inject;
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

/** The {@code Tasks} service over HTTP, without the stream that carries files. */
@Path("/v1/tasks")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class TasksResource {

  private final TaskService tasks;

  @Inject
  public TasksResource(TaskService tasks) {
    this.tasks = tasks;
  }

  @GET
  public String list(
      @Context ContainerRequestContext context,
      @QueryParam("pageSize") Optional<String> pageSize,
      @QueryParam("pageToken") @DefaultValue("") String pageToken) {
    ListTaskBundlesRequest request =
        ListTaskBundlesRequest.newBuilder()
            .setPageSize(Parameters.wholeNumber("pageSize", pageSize))
            .setPageToken(pageToken)
            .build();
    return Json.write(tasks.list(TenantFilter.caller(context), request));
  }

  /** The bundle {@code tasks/NAME}. */
  @GET
  @Path("{name}")
  public String get(@Context ContainerRequestContext context, @PathParam("name") String name) {
    GetTaskBundleRequest request =
        GetTaskBundleRequest.newBuilder().setReference("tasks/" + name).build();
    return Json.write(tasks.get(TenantFilter.caller(context), request));
  }
}
