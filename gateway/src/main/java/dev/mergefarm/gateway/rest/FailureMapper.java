package dev.mergefarm.gateway.rest;

import com.google.rpc.Code;
import com.google.rpc.Status;
import dev.mergefarm.gateway.error.HttpStatuses;
import dev.mergefarm.gateway.error.StatusMapper;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Answers every failure of a REST request with {@code google.rpc.Status} as JSON. */
public class FailureMapper {

  @ServerExceptionMapper
  public Response answer(WebApplicationException failure) {
    int http = failure.getResponse().getStatus();
    Status status =
        Status.newBuilder()
            .setCode(code(http).getNumber())
            .setMessage(failure.getResponse().getStatusInfo().getReasonPhrase())
            .build();
    return response(http, status);
  }

  @ServerExceptionMapper
  public Response answer(Throwable failure) {
    Status status = StatusMapper.complete(failure);
    return response(HttpStatuses.of(status.getCode()), status);
  }

  private static Response response(int http, Status status) {
    return Response.status(http)
        .type(MediaType.APPLICATION_JSON)
        .entity(Json.write(status))
        .build();
  }

  private static Code code(int http) {
    return switch (http) {
      case 401 -> Code.UNAUTHENTICATED;
      case 403 -> Code.PERMISSION_DENIED;
      case 404 -> Code.NOT_FOUND;
      case 405, 501 -> Code.UNIMPLEMENTED;
      case 503 -> Code.UNAVAILABLE;
      default -> http < 500 ? Code.INVALID_ARGUMENT : Code.INTERNAL;
    };
  }
}
