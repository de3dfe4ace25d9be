package dev.mergefarm.storage.hub;

import dev.mergefarm.storage.Retries;
import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * How to reach a hub.
 *
 * @param endpoint such as {@code https://huggingface.co}, what users set as {@code HF_ENDPOINT}
 * @param token what users set as {@code HF_TOKEN}; sent to the endpoint's own host only
 * @param connectTimeout for one connection
 * @param idleTimeout for a connection on which no byte moves
 * @param retries for requests that failed on the way
 */
public record HubSettings(
    URI endpoint,
    Optional<String> token,
    Duration connectTimeout,
    Duration idleTimeout,
    Retries.Policy retries) {

  public HubSettings {
    Objects.requireNonNull(endpoint, "endpoint");
    Objects.requireNonNull(token, "token");
    Objects.requireNonNull(connectTimeout, "connectTimeout");
    Objects.requireNonNull(idleTimeout, "idleTimeout");
    Objects.requireNonNull(retries, "retries");
    if (endpoint.getHost() == null) {
      throw new IllegalArgumentException("endpoint must name a host, found " + endpoint);
    }
  }

  /** The usual settings: 10 s to connect, 60 s idle, a minute of retries. */
  public static HubSettings of(URI endpoint, Optional<String> token) {
    return new HubSettings(
        endpoint, token, Duration.ofSeconds(10), Duration.ofSeconds(60), Retries.Policy.STANDARD);
  }

  /** Keeps the token to itself. */
  @Override
  public String toString() {
    return "HubSettings[" + endpoint + "]";
  }
}
