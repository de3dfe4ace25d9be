package dev.mergefarm.gateway.rest;

import dev.mergefarm.gateway.call.Caller;
import dev.mergefarm.gateway.call.TenantFilter;
import dev.mergefarm.gateway.jobs.JobFiles;
import dev.mergefarm.gateway.jobs.JobService;
import dev.mergefarm.gateway.jobs.SubmissionService;
import dev.mergefarm.gateway.watch.Watchers;
import dev.mergefarm.proto.v1.CancelJobRequest;
import dev.mergefarm.proto.v1.ListJobsRequest;
import dev.mergefarm.proto.v1.SubmitEvaluationRequest;
import dev.mergefarm.proto.v1.SubmitMergeRequest;
import dev.mergefarm.proto.v1.WatchJobRequest;
import dev.mergefarm.storage.ObjectInfo;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.smallrye.mutiny.Multi;
import jakarta.inject.Inject;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;

/** The {@code Jobs} service over HTTP. Bodies and answers are its messages as JSON. */
@Path("/v1")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class JobsResource {

  private final JobService jobs;
  private final SubmissionService submissions;
  private final Watchers watchers;
  private final JobFiles files;

  @Inject
  public JobsResource(
      JobService jobs, SubmissionService submissions, Watchers watchers, JobFiles files) {
    this.files = files;
    this.jobs = jobs;
    this.submissions = submissions;
    this.watchers = watchers;
  }

  @POST
  @Path("merges")
  public String submitMerge(@Context ContainerRequestContext context, String body) {
    SubmitMergeRequest request = Json.read(body, SubmitMergeRequest.getDefaultInstance());
    return Json.write(submissions.merge(caller(context), request));
  }

  @POST
  @Path("evaluations")
  public String submitEvaluation(@Context ContainerRequestContext context, String body) {
    SubmitEvaluationRequest request = Json.read(body, SubmitEvaluationRequest.getDefaultInstance());
    return Json.write(submissions.evaluation(caller(context), request));
  }

  @GET
  @Path("jobs")
  public String list(
      @Context ContainerRequestContext context,
      @QueryParam("filter") @DefaultValue("") String filter,
      @QueryParam("pageSize") Optional<String> pageSize,
      @QueryParam("pageToken") @DefaultValue("") String pageToken) {
    ListJobsRequest request =
        ListJobsRequest.newBuilder()
            .setFilter(filter)
            .setPageSize(Parameters.wholeNumber("pageSize", pageSize))
            .setPageToken(pageToken)
            .build();
    return Json.write(jobs.list(caller(context), request));
  }

  @GET
  @Path("jobs/{id}")
  public String get(@Context ContainerRequestContext context, @PathParam("id") String id) {
    return Json.write(jobs.get(caller(context), id));
  }

  @POST
  @Path("jobs/{id:[^/:]+}:cancel")
  public String cancel(
      @Context ContainerRequestContext context, @PathParam("id") String id, String body) {
    CancelJobRequest request =
        Json.read(body, CancelJobRequest.getDefaultInstance()).toBuilder().setId(id).build();
    return Json.write(jobs.cancel(caller(context), request));
  }

  /**
   * A job's events as Server-Sent Events: {@code job} for a state change and {@code progress} for
   * progress, each with the event's number as its id. A client that reconnects sends the last id it
   * saw and goes on after it.
   */
  @GET
  @Path("jobs/{id}/events")
  @Produces(MediaType.SERVER_SENT_EVENTS)
  @Blocking
  public Multi<OutboundSseEvent> watch(
      @Context ContainerRequestContext context,
      @Context Sse sse,
      @PathParam("id") String id,
      @QueryParam("fromEventNumber") Optional<String> from,
      @HeaderParam("Last-Event-ID") Optional<String> last) {
    long first =
        last.isPresent()
            ? Parameters.wholeNumber("Last-Event-ID", last) + 1L
            : Parameters.wholeNumber("fromEventNumber", from);
    WatchJobRequest request =
        WatchJobRequest.newBuilder().setId(id).setFromEventNumber(first).build();
    SseWatchClient client = new SseWatchClient(sse);
    client.serve(watchers.watch(caller(context), request, client));
    return Multi.createFrom().publisher(client);
  }

  @GET
  @Path("jobs/{id}/files")
  public String files(@Context ContainerRequestContext context, @PathParam("id") String id) {
    return Json.write(files.list(caller(context), id));
  }

  /** A file's bytes as they are. */
  @GET
  @Path("jobs/{id}/files/{file}")
  @Produces(MediaType.WILDCARD)
  public Response file(
      @Context ContainerRequestContext context,
      @PathParam("id") String id,
      @PathParam("file") String file) {
    ObjectInfo found = files.find(caller(context), id, file);
    StreamingOutput content =
        out ->
            files.read(
                found,
                chunk -> {
                  try {
                    out.write(chunk);
                  } catch (IOException gone) {
                    throw new UncheckedIOException(gone);
                  }
                });
    return Response.ok(content, mediaType(file))
        .header(HttpHeaders.CONTENT_LENGTH, found.size())
        .build();
  }

  private static String mediaType(String file) {
    return switch (file.substring(file.lastIndexOf('.') + 1)) {
      case "json" -> MediaType.APPLICATION_JSON;
      case "jsonl" -> "application/x-ndjson";
      case "md" -> "text/markdown;charset=UTF-8";
      case "yml" -> "application/yaml";
      default -> MediaType.APPLICATION_OCTET_STREAM;
    };
  }

  private static Caller caller(ContainerRequestContext context) {
    return TenantFilter.caller(context);
  }
}
