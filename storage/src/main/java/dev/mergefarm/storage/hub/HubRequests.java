package dev.mergefarm.storage.hub;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.storage.JsonFiles;
import dev.mergefarm.storage.Retries;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;

/** Sends requests to a hub: with its token, following its redirects, and again where that helps. */
final class HubRequests implements AutoCloseable {

  /** Reads an answer; the connection is closed after it. */
  @FunctionalInterface
  interface Reader<T> {
    T read(Response answer) throws IOException;
  }

  private static final int REDIRECTS = 5;
  private static final int ANSWER_LIMIT = 64 << 20;

  private final HubSettings settings;
  private final HttpUrl endpoint;
  private final OkHttpClient http;
  private final OkHttpClient lookups;
  private final Retries retries;

  HubRequests(HubSettings settings, Retries retries) {
    this.settings = settings;
    this.endpoint = HttpUrl.get(settings.endpoint());
    this.retries = retries;
    this.http =
        new OkHttpClient.Builder()
            .connectTimeout(settings.connectTimeout())
            .readTimeout(settings.idleTimeout())
            .writeTimeout(settings.idleTimeout())
            .followRedirects(false)
            .build();
    this.lookups = http.newBuilder().callTimeout(settings.lookupTimeout()).build();
  }

  Retries retries() {
    return retries;
  }

  /** An address below the endpoint; each part is escaped, slashes in paths are kept. */
  HttpUrl address(String... paths) {
    HttpUrl.Builder builder = endpoint.newBuilder();
    for (String path : paths) {
      builder.addPathSegments(path);
    }
    return builder.build();
  }

  /** Gets a JSON object, in one try and within the time for looking something up. */
  ObjectNode lookUp(String what, HttpUrl url) throws Retries.TransientFailure {
    return once(lookups, what, new Request.Builder().url(url).build(), this::json);
  }

  /** Posts a body and gets a JSON object, an empty one for an empty answer. */
  ObjectNode post(String what, HttpUrl url, RequestBody body, String accept) {
    Request request = new Request.Builder().url(url).header("Accept", accept).post(body).build();
    return retries.call(() -> once(what, request, this::json));
  }

  /** Sends a request that the hub prepared, and reads the answer. */
  <T> T send(String what, Request request, Reader<T> reader) {
    return retries.call(() -> once(what, request, reader));
  }

  /** Sends a request once, follows redirects, and reads the answer. */
  <T> T once(String what, Request request, Reader<T> reader) throws Retries.TransientFailure {
    return once(http, what, request, reader);
  }

  private <T> T once(OkHttpClient client, String what, Request request, Reader<T> reader)
      throws Retries.TransientFailure {
    Request next = request;
    String linkedTag = null;
    try {
      for (int hop = 0; hop <= REDIRECTS; hop++) {
        try (Response answer = client.newCall(withToken(next)).execute()) {
          if (linkedTag == null) {
            linkedTag = answer.header("X-Linked-Etag");
          }
          HttpUrl target = redirect(answer);
          if (target == null) {
            throwIfRefused(what, answer);
            return reader.read(tagged(answer, linkedTag));
          }
          next = redirected(next, target);
        }
      }
    } catch (IOException broken) {
      throw failure(what, broken);
    }
    throw new MergefarmException(
        ErrorCode.HUB_UNAVAILABLE, "The hub redirects " + what + " in a circle.");
  }

  /** Another host must not see what was meant for the first. */
  private static Request redirected(Request request, HttpUrl target) {
    Request.Builder next = request.newBuilder().url(target);
    return target.host().equals(request.url().host()) && target.port() == request.url().port()
        ? next.build()
        : next.removeHeader("Authorization").build();
  }

  /** Only the hub itself gets the token, not the servers that it redirects to. */
  private Request withToken(Request request) {
    boolean own =
        request.url().host().equals(endpoint.host())
            && request.url().port() == endpoint.port()
            && request.url().scheme().equals(endpoint.scheme());
    return settings
        .token()
        .filter(token -> own && request.header("Authorization") == null)
        .map(token -> request.newBuilder().header("Authorization", "Bearer " + token).build())
        .orElse(request);
  }

  private static HttpUrl redirect(Response answer) {
    String location = answer.header("Location");
    boolean redirected = answer.code() / 100 == 3 && answer.code() != 304;
    return redirected && location != null ? answer.request().url().resolve(location) : null;
  }

  /** The hub names a file's digest; the server behind it may use a tag of its own. */
  private static Response tagged(Response answer, String linkedTag) {
    return linkedTag == null
        ? answer
        : answer.newBuilder().header("X-Linked-Etag", linkedTag).build();
  }

  private ObjectNode json(Response answer) throws IOException {
    byte[] content = answer.peekBody(ANSWER_LIMIT).bytes();
    return content.length == 0 ? JsonFiles.object() : JsonFiles.parseObject("answer", content);
  }

  private static void throwIfRefused(String what, Response answer)
      throws IOException, Retries.TransientFailure {
    if (answer.isSuccessful()) {
      return;
    }
    int status = answer.code();
    String reason = answer.header("X-Error-Code", "");
    String message =
        "The hub answers %d%s for %s."
            .formatted(status, reason.isEmpty() ? "" : " (" + reason + ")", what);
    if (status == 429 || status >= 500) {
      throw new Retries.TransientFailure(
          new MergefarmException(ErrorCode.HUB_UNAVAILABLE, message));
    }
    throw new MergefarmException(codeOf(status, reason), message);
  }

  /** Whether the hub refused because what should be made is there. */
  static boolean isConflict(MergefarmException failure) {
    return failure.code() == ErrorCode.MODEL_EXISTS;
  }

  private static ErrorCode codeOf(int status, String reason) {
    return switch (reason) {
      case "RepoNotFound", "RevisionNotFound" -> ErrorCode.MODEL_NOT_FOUND;
      case "EntryNotFound" -> ErrorCode.OBJECT_NOT_FOUND;
      default ->
          switch (status) {
            case 401, 403 -> ErrorCode.HUB_DENIED;
            case 404 -> ErrorCode.OBJECT_NOT_FOUND;
            case 409 -> ErrorCode.MODEL_EXISTS;
            case 416 -> ErrorCode.RANGE_NOT_IN_OBJECT;
            default -> ErrorCode.HUB_UNAVAILABLE;
          };
    };
  }

  private Retries.TransientFailure failure(String what, IOException broken) {
    if (broken instanceof InterruptedIOException
        && !(broken instanceof SocketTimeoutException)
        && Thread.currentThread().isInterrupted()) {
      throw new MergefarmException(
          ErrorCode.CANCELLED, "Interrupted while waiting for " + what + ".", broken);
    }
    return new Retries.TransientFailure(
        new MergefarmException(
            ErrorCode.HUB_UNAVAILABLE,
            "The hub " + settings.endpoint() + " failed at " + what + ": " + broken + ".",
            broken));
  }

  @Override
  public void close() {
    http.dispatcher().executorService().shutdown();
    http.connectionPool().evictAll();
  }
}
