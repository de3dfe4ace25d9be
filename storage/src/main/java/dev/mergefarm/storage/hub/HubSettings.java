package dev.mergefarm.storage.hub;

import dev.mergefarm.storage.Retries;
import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * How to reach a hub.
 *
 * @param endpoint such as {@code https://huggingface.co}, what users set as {@code HF_ENDPOINT}
 * @param token what users set as {@code HF_TOKEN}; sent to the endpoint's own host only
 * @param connectTimeout for one connection
 * @param idleTimeout for a connection on which no byte moves
 * @param lookupTimeout for one whole request that finds a model or a data set
 * @param lookupRetries for such requests, shorter than the others: whoever waits for an answer
 *     should soon know that there is no hub
 * @param retries for other requests that failed on the way
 */
public record HubSettings(
    URI endpoint,
    Optional<String> token,
    Duration connectTimeout,
    Duration idleTimeout,
    Duration lookupTimeout,
    Retries.Policy lookupRetries,
    Retries.Policy retries) {

  /** Where models and data sets are looked for unless something else is set. */
  public static final String DEFAULT_ENDPOINT = "https://huggingface.co";

  private static final Retries.Policy LOOKUP_RETRIES =
      new Retries.Policy(Duration.ofSeconds(8), Duration.ofMillis(100), Duration.ofSeconds(2));

  public HubSettings {
    Objects.requireNonNull(endpoint, "endpoint");
    Objects.requireNonNull(token, "token");
    Objects.requireNonNull(connectTimeout, "connectTimeout");
    Objects.requireNonNull(idleTimeout, "idleTimeout");
    Objects.requireNonNull(lookupTimeout, "lookupTimeout");
    Objects.requireNonNull(lookupRetries, "lookupRetries");
    Objects.requireNonNull(retries, "retries");
    boolean http = "http".equals(endpoint.getScheme()) || "https".equals(endpoint.getScheme());
    if (!http || endpoint.getHost() == null) {
      throw new IllegalArgumentException(
          "a hub's endpoint must be such as " + DEFAULT_ENDPOINT + ", found " + endpoint);
    }
  }

  /**
   * The usual settings: 10 s to connect, 60 s idle, a minute of retries; whether a model is there
   * is known within 20 s.
   */
  public static HubSettings of(URI endpoint, Optional<String> token) {
    return new HubSettings(
        endpoint,
        token,
        Duration.ofSeconds(10),
        Duration.ofSeconds(60),
        Duration.ofSeconds(10),
        LOOKUP_RETRIES,
        Retries.Policy.STANDARD);
  }

  /**
   * What a user's environment says, as the hub's own programs read it: {@code HF_ENDPOINT}, {@code
   * HF_TOKEN} and {@code HF_HUB_OFFLINE}.
   *
   * @param variables answers with a variable's value or null
   * @return empty where the hub is not to be asked
   * @throws IllegalArgumentException for an endpoint that is none
   */
  public static Optional<HubSettings> fromEnvironment(UnaryOperator<String> variables) {
    if (set(variables, "HF_HUB_OFFLINE").filter(HubSettings::isTrue).isPresent()) {
      return Optional.empty();
    }
    String endpoint = set(variables, "HF_ENDPOINT").orElse(DEFAULT_ENDPOINT);
    return Optional.of(of(URI.create(endpoint), set(variables, "HF_TOKEN")));
  }

  private static Optional<String> set(UnaryOperator<String> variables, String name) {
    return Optional.ofNullable(variables.apply(name))
        .map(String::strip)
        .filter(value -> !value.isEmpty());
  }

  private static boolean isTrue(String value) {
    return value.toLowerCase(Locale.ROOT).matches("1|on|yes|true");
  }

  /** Keeps the token to itself. */
  @Override
  public String toString() {
    return "HubSettings[" + endpoint + "]";
  }
}
