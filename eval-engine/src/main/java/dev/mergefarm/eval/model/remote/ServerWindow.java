package dev.mergefarm.eval.model.remote;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problems;
import dev.mergefarm.eval.tokenizer.TextTokenizer;
import java.util.Optional;

/** Finds out how many tokens the server's model can hold. */
final class ServerWindow {

  /** What the reference program assumes of every server. */
  private static final int ASSUMED = 2048;

  private static final int LEAST = 3;

  private ServerWindow() {}

  /**
   * @param warnings gets one where the length had to be assumed
   */
  static int length(
      RemoteModelSettings settings,
      CompletionsConnection connection,
      Optional<TextTokenizer> tokenizer,
      Problems warnings,
      Cancellation cancellation) {
    return settings
        .maximumLength()
        .or(() -> told(settings, connection, cancellation))
        .or(() -> tokenizer.flatMap(TextTokenizer::maximumLength).filter(n -> n >= LEAST))
        .orElseGet(
            () -> {
              warnings.warning(
                  ErrorCode.INVALID_VALUE,
                  "maximum_length",
                  "The server does not tell how many tokens its model holds; "
                      + ASSUMED
                      + " are assumed.");
              return ASSUMED;
            });
  }

  /** Not every server lists its models, and few of those that do tell a length. */
  private static Optional<Integer> told(
      RemoteModelSettings settings, CompletionsConnection connection, Cancellation cancellation) {
    JsonNode list;
    try {
      list = connection.get(settings.models(), cancellation);
    } catch (MergefarmException failure) {
      if (failure.code() == ErrorCode.REMOTE_MODEL_REFUSED
          || failure.code() == ErrorCode.REMOTE_MODEL_NOT_FOUND) {
        return Optional.empty();
      }
      throw failure;
    }
    for (JsonNode model : list.path("data")) {
      int length = model.path("max_model_len").asInt(0);
      if (model.path("id").asText().equals(settings.model()) && length >= LEAST) {
        return Optional.of(length);
      }
    }
    return Optional.empty();
  }
}
