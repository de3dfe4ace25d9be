package dev.mergefarm.eval.model.remote;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.storage.Retries;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Sends JSON to the server and reads JSON back: again after a pause where a request was lost, came
 * too early (429) or met a failing server (5xx). Redirects are not followed, so that the key goes
 * to the named host alone. Safe for many threads.
 */
final class CompletionsConnection implements AutoCloseable {

  /** Longest answer in bytes. */
  private static final long ANSWER_LIMIT = 512L << 20;

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
  private static final long LOOK_MILLISECONDS = 50;
  private static final int QUOTED_CHARACTERS = 300;
  private static final int TOO_MANY_REQUESTS = 429;
  private static final int NOT_IMPLEMENTED = 501;

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();

  private final RemoteModelSettings settings;
  private final Retries.Time time;
  private final Pauses pauses;
  private final HttpClient http;

  CompletionsConnection(RemoteModelSettings settings, Retries.Time time, InstantSource clock) {
    this.settings = settings;
    this.time = time;
    this.pauses = new Pauses(time, clock);
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(CONNECT_TIMEOUT)
            .build();
  }

  static ObjectNode object() {
    return JSON.createObjectNode();
  }

  /**
   * Posts a body to the completions address.
   *
   * @throws MergefarmException with {@code REMOTE_MODEL_UNAVAILABLE} when every try failed, {@code
   *     REMOTE_MODEL_DENIED} when the server wants another key, {@code REMOTE_MODEL_NOT_FOUND} when
   *     it knows neither address nor model, {@code REMOTE_MODEL_REFUSED} when it does not take the
   *     request
   */
  JsonNode post(ObjectNode body, Cancellation cancellation) {
    HttpRequest request =
        request(settings.endpoint())
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body.toString(), StandardCharsets.UTF_8))
            .build();
    return send(request, cancellation);
  }

  /** Gets an address of the server. Fails as {@link #post}. */
  JsonNode get(URI address, Cancellation cancellation) {
    return send(request(address).GET().build(), cancellation);
  }

  private HttpRequest.Builder request(URI address) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(address).header("Accept", "application/json");
    settings.apiKey().ifPresent(key -> request.header("Authorization", "Bearer " + key));
    return request;
  }

  private JsonNode send(HttpRequest request, Cancellation cancellation) {
    for (int failures = 0; ; ) {
      cancellation.throwIfCancelled();
      String reason;
      Duration asked = Duration.ZERO;
      try {
        HttpResponse<byte[]> answer = once(request, cancellation);
        int status = answer.statusCode();
        if (!mayPass(status)) {
          return read(request, answer);
        }
        reason = "answers " + status + quoted(answer.body());
        asked = pauses.asked(answer.headers().firstValue("Retry-After"));
      } catch (IOException lost) {
        reason = "failed: " + described(lost);
      }
      failures++;
      if (failures > settings.retries()) {
        throw new MergefarmException(
            ErrorCode.REMOTE_MODEL_UNAVAILABLE,
            "%s %s (%d tries).".formatted(request.uri(), reason, failures));
      }
      pauses.pause(failures, asked, cancellation);
    }
  }

  private static boolean mayPass(int status) {
    return status == TOO_MANY_REQUESTS || (status >= 500 && status != NOT_IMPLEMENTED);
  }

  private HttpResponse<byte[]> once(HttpRequest request, Cancellation cancellation)
      throws IOException {
    CompletableFuture<HttpResponse<byte[]>> answer =
        http.sendAsync(
            request,
            HttpResponse.BodyHandlers.limiting(
                HttpResponse.BodyHandlers.ofByteArray(), ANSWER_LIMIT));
    long deadline = time.nanoTime() + settings.timeout().toNanos();
    try {
      while (true) {
        try {
          return answer.get(LOOK_MILLISECONDS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException notYet) {
          cancellation.throwIfCancelled();
          if (time.nanoTime() > deadline) {
            throw new IOException("no answer within " + settings.timeout().toSeconds() + " s");
          }
        }
      }
    } catch (ExecutionException failure) {
      throw failure.getCause() instanceof IOException lost
          ? lost
          : new IOException(failure.getCause());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new MergefarmException(
          ErrorCode.CANCELLED, "Interrupted while waiting for the server.", interrupted);
    } finally {
      answer.cancel(true);
    }
  }

  private static JsonNode read(HttpRequest request, HttpResponse<byte[]> answer)
      throws IOException {
    int status = answer.statusCode();
    if (status / 100 != 2) {
      throw new MergefarmException(
          switch (status) {
            case 401, 403 -> ErrorCode.REMOTE_MODEL_DENIED;
            case 404 -> ErrorCode.REMOTE_MODEL_NOT_FOUND;
            default -> ErrorCode.REMOTE_MODEL_REFUSED;
          },
          "%s answers %d%s.".formatted(request.uri(), status, quoted(answer.body())));
    }
    try {
      return JSON.readTree(answer.body());
    } catch (JsonProcessingException malformed) {
      throw new MergefarmException(
          ErrorCode.REMOTE_MODEL_REFUSED,
          "%s answers something else than JSON%s.".formatted(request.uri(), quoted(answer.body())),
          malformed);
    }
  }

  /** What the server says about a refusal, in one line. */
  private static String quoted(byte[] body) {
    String text = new String(body, StandardCharsets.UTF_8);
    try {
      JsonNode json = JSON.readTree(text);
      for (String place : new String[] {"/error/message", "/message", "/error", "/detail"}) {
        if (json.at(place).isTextual()) {
          text = json.at(place).textValue();
          break;
        }
      }
    } catch (JsonProcessingException plain) {
      // Some servers explain themselves in plain text.
    }
    String line = text.replaceAll("\\s+", " ").strip();
    if (line.isEmpty()) {
      return "";
    }
    return ": "
        + (line.length() > QUOTED_CHARACTERS
            ? line.substring(0, QUOTED_CHARACTERS) + "..."
            : line.replaceAll("\\.$", ""));
  }

  private static String described(IOException lost) {
    return lost.getMessage() == null ? lost.getClass().getSimpleName() : lost.getMessage();
  }

  @Override
  public void close() {
    http.shutdownNow();
    http.close();
  }
}
