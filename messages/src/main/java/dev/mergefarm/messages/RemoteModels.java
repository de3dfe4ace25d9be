package dev.mergefarm.messages;

import dev.mergefarm.eval.model.remote.RemoteModelSettings;
import dev.mergefarm.proto.v1.RemoteModel;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/** Models on other servers, as the API describes them. */
public final class RemoteModels {

  /** What the names of variables with API keys start with, so that no other secret can be sent. */
  public static final String KEY_PREFIX = "MERGEFARM_API_KEY_";

  private RemoteModels() {}

  /** Whether a job may name this environment variable of its worker. */
  public static boolean isKeyVariable(String name) {
    return name.matches(KEY_PREFIX + "[A-Z0-9_]{1,100}");
  }

  /**
   * The engine's settings.
   *
   * @param batchSize prompts in one request; 0 for the default
   * @param apiKey what the named variable holds
   * @throws IllegalArgumentException for a value outside of its stated range
   */
  public static RemoteModelSettings settings(
      RemoteModel message, int batchSize, Optional<String> apiKey) {
    return new RemoteModelSettings(
        URI.create(message.getEndpoint()),
        message.getModel(),
        apiKey,
        batchSize > 0 ? batchSize : RemoteModelSettings.DEFAULT_BATCH_SIZE,
        message.getConcurrency() == 0
            ? RemoteModelSettings.DEFAULT_CONCURRENCY
            : message.getConcurrency(),
        message.hasRetries() ? message.getRetries() : RemoteModelSettings.DEFAULT_RETRIES,
        message.hasTimeout()
            ? Duration.ofSeconds(message.getTimeout().getSeconds(), message.getTimeout().getNanos())
            : RemoteModelSettings.DEFAULT_TIMEOUT,
        message.getMaximumLength() == 0
            ? Optional.empty()
            : Optional.of(message.getMaximumLength()),
        message.getAddBeginToken());
  }
}
