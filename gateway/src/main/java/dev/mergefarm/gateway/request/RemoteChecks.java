package dev.mergefarm.gateway.request;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problems;
import dev.mergefarm.messages.RemoteModels;
import dev.mergefarm.proto.v1.RemoteModel;
import java.util.Optional;

/** Holds the description of a remote model against its stated limits. */
final class RemoteChecks {

  private RemoteChecks() {}

  static void remote(Problems problems, String path, RemoteModel remote) {
    if (remote.getEndpoint().isBlank()) {
      problems.error(ErrorCode.MISSING_KEY, path + ".endpoint", "The server's address is missing.");
    }
    if (remote.getModel().isBlank()) {
      problems.error(
          ErrorCode.MISSING_KEY, path + ".model", "The server's name of the model is missing.");
    }
    RequestChecks.characters(
        problems, path + ".endpoint", remote.getEndpoint(), Limits.REFERENCE_CHARACTERS);
    RequestChecks.characters(
        problems, path + ".model", remote.getModel(), Limits.REFERENCE_CHARACTERS);
    RequestChecks.characters(
        problems, path + ".tokenizer", remote.getTokenizer(), Limits.REFERENCE_CHARACTERS);
    String variable = remote.getApiKeyVariable();
    if (!variable.isEmpty() && !RemoteModels.isKeyVariable(variable)) {
      problems.error(
          ErrorCode.INVALID_VALUE,
          path + ".api_key_variable",
          "Must start with %s and hold capitals, digits and '_' only, found '%s'."
              .formatted(RemoteModels.KEY_PREFIX, variable));
    }
    if (!remote.getEndpoint().isBlank() && !remote.getModel().isBlank()) {
      fault(remote)
          .ifPresent(message -> problems.error(ErrorCode.INVALID_VALUE, path, message + "."));
    }
  }

  private static Optional<String> fault(RemoteModel remote) {
    try {
      RemoteModels.settings(remote, 0, Optional.empty());
      return Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.of(e.getMessage());
    }
  }
}
