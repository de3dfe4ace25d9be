package dev.mergefarm.evalworker;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.eval.model.LanguageModel;
import dev.mergefarm.eval.model.remote.RemoteLanguageModel;
import dev.mergefarm.eval.model.remote.RemoteModelSettings;
import dev.mergefarm.eval.tokenizer.HuggingFaceTextTokenizer;
import dev.mergefarm.eval.tokenizer.TextTokenizer;
import dev.mergefarm.messages.RemoteModels;
import dev.mergefarm.proto.v1.EvaluationRequest;
import dev.mergefarm.proto.v1.RemoteModel;
import dev.mergefarm.storage.Retries;
import dev.mergefarm.storage.model.Model;
import dev.mergefarm.storage.model.ModelReference;
import dev.mergefarm.storage.model.ModelRepository;
import java.net.URI;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Reaches models on other servers. Jobs come from anybody, so only the servers that the operator
 * listed are asked, and only variables made for the purpose are read.
 */
final class RemoteSubjects {

  private final ModelRepository repository;
  private final List<URI> allowed;
  private final UnaryOperator<String> environment;
  private final Clock clock;

  /**
   * @param allowed addresses that jobs may name, or that theirs must lie below
   * @param environment value of a variable; null where it is not set
   */
  RemoteSubjects(
      ModelRepository repository,
      List<URI> allowed,
      UnaryOperator<String> environment,
      Clock clock) {
    this.repository = repository;
    this.allowed = List.copyOf(allowed);
    this.environment = environment;
    this.clock = clock;
  }

  /**
   * @throws MergefarmException with {@code REMOTE_MODEL_DENIED} for a server that is not listed,
   *     and what {@link RemoteLanguageModel#connect} throws
   */
  LanguageModel connect(EvaluationRequest request, Cancellation cancellation) {
    RemoteModel remote = request.getRemote();
    RemoteModelSettings settings = settings(request);
    if (allowed.stream().noneMatch(address -> covers(address, settings.endpoint()))) {
      throw new MergefarmException(
          ErrorCode.REMOTE_MODEL_DENIED,
          "This farm asks no server at %s; its operator can list it in mergefarm.eval-worker.remote-endpoints."
              .formatted(settings.endpoint()));
    }
    return RemoteLanguageModel.connect(
        settings, tokenizer(remote), Retries.Time.SYSTEM, clock, cancellation);
  }

  private RemoteModelSettings settings(EvaluationRequest request) {
    try {
      return RemoteModels.settings(
          request.getRemote(), request.getOptions().getBatchSize(), key(request.getRemote()));
    } catch (IllegalArgumentException e) {
      throw new MergefarmException(ErrorCode.INVALID_VALUE, "remote: " + e.getMessage() + ".", e);
    }
  }

  private Optional<String> key(RemoteModel remote) {
    String variable = remote.getApiKeyVariable();
    if (variable.isEmpty()) {
      return Optional.empty();
    }
    if (!RemoteModels.isKeyVariable(variable) || environment.apply(variable) == null) {
      throw new MergefarmException(
          ErrorCode.REMOTE_MODEL_DENIED,
          "The worker has no variable '%s' with an API key.".formatted(variable));
    }
    return Optional.of(environment.apply(variable));
  }

  /** Whether an address is the listed one or lies below it, on the same host and port. */
  private static boolean covers(URI listed, URI asked) {
    String path = asked.getRawPath() + "/";
    return asked.getScheme().equals(listed.getScheme())
        && asked.getHost().equalsIgnoreCase(listed.getHost())
        && asked.getPort() == listed.getPort()
        // What servers may read as the way up to another folder.
        && !path.contains("%")
        && !path.contains("..")
        && path.startsWith(listed.getRawPath().replaceAll("/+$", "") + "/");
  }

  private Optional<TextTokenizer> tokenizer(RemoteModel remote) {
    if (remote.getTokenizer().isEmpty()) {
      return Optional.empty();
    }
    try (Model model = repository.open(new ModelReference(remote.getTokenizer()))) {
      return Optional.of(HuggingFaceTextTokenizer.load(model));
    }
  }
}
