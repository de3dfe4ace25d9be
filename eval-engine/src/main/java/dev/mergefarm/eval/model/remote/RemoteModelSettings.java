package dev.mergefarm.eval.model.remote;

import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * A model on another server, and how to ask it.
 *
 * @param endpoint the completions address, as {@code http://host:8000/v1/completions}
 * @param model what the server calls the model
 * @param apiKey sent as a bearer token; empty for none
 * @param batchSize prompts in one request, 1 to 1024
 * @param concurrency requests in flight at a time, 1 to 1024
 * @param retries how often a request that failed on the way is sent again, 0 to 100
 * @param timeout for one request, from sending to the last byte of the answer
 * @param maximumLength tokens that the model can hold; empty for what the server or else the
 *     tokenizer says
 * @param addBeginToken whether contexts get the beginning-of-sequence token
 */
public record RemoteModelSettings(
    URI endpoint,
    String model,
    Optional<String> apiKey,
    int batchSize,
    int concurrency,
    int retries,
    Duration timeout,
    Optional<Integer> maximumLength,
    boolean addBeginToken) {

  public static final int DEFAULT_BATCH_SIZE = 8;
  public static final int DEFAULT_CONCURRENCY = 4;
  public static final int DEFAULT_RETRIES = 5;
  public static final Duration DEFAULT_TIMEOUT = Duration.ofMinutes(5);

  private static final String COMPLETIONS = "/completions";
  private static final int LARGEST = 1024;
  private static final int MOST_RETRIES = 100;

  /** A context token, a scored one, and the one that the server generates. */
  private static final int LEAST_LENGTH = 3;

  public RemoteModelSettings {
    Objects.requireNonNull(apiKey, "apiKey");
    Objects.requireNonNull(maximumLength, "maximumLength");
    endpoint = completions(endpoint);
    if (model.isBlank()) {
      throw new IllegalArgumentException("model must not be empty");
    }
    inRange("batchSize", batchSize, 1, LARGEST);
    inRange("concurrency", concurrency, 1, LARGEST);
    inRange("retries", retries, 0, MOST_RETRIES);
    maximumLength.ifPresent(
        length -> inRange("maximumLength", length, LEAST_LENGTH, Integer.MAX_VALUE));
    if (!timeout.isPositive()) {
      throw new IllegalArgumentException("timeout must be positive, found " + timeout);
    }
  }

  /** The usual settings. */
  public static RemoteModelSettings of(URI endpoint, String model) {
    return new RemoteModelSettings(
        endpoint,
        model,
        Optional.empty(),
        DEFAULT_BATCH_SIZE,
        DEFAULT_CONCURRENCY,
        DEFAULT_RETRIES,
        DEFAULT_TIMEOUT,
        Optional.empty(),
        false);
  }

  /** The same with another number of prompts in one request. */
  public RemoteModelSettings withBatchSize(int newBatchSize) {
    return new RemoteModelSettings(
        endpoint,
        model,
        apiKey,
        newBatchSize,
        concurrency,
        retries,
        timeout,
        maximumLength,
        addBeginToken);
  }

  private static void inRange(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "%s must be from %d to %d, found %d".formatted(name, least, most, value));
    }
  }

  /** Users give the whole address or the part up to the version. */
  private static URI completions(URI given) {
    String scheme = String.valueOf(given.getScheme());
    if (given.getHost() == null || !(scheme.equals("http") || scheme.equals("https"))) {
      throw new IllegalArgumentException(
          "endpoint must be an http or https address with a host, found " + given);
    }
    if (given.getUserInfo() != null || given.getQuery() != null || given.getFragment() != null) {
      throw new IllegalArgumentException(
          "endpoint must be without user, query and fragment, found one of them for host "
              + given.getHost());
    }
    String text = given.toString().replaceAll("/+$", "");
    return URI.create(text.endsWith(COMPLETIONS) ? text : text + COMPLETIONS);
  }

  /** Where the server lists its models. */
  URI models() {
    String text = endpoint.toString();
    return URI.create(text.substring(0, text.length() - COMPLETIONS.length()) + "/models");
  }

  /** Keeps the key to itself. */
  @Override
  public String toString() {
    return "RemoteModelSettings[" + model + " at " + endpoint + "]";
  }
}
