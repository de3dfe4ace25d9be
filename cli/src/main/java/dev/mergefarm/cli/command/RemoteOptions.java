package dev.mergefarm.cli.command;

import dev.mergefarm.eval.model.remote.RemoteModelSettings;
import dev.mergefarm.messages.RemoteModels;
import dev.mergefarm.proto.v1.RemoteModel;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A model on a server that speaks the OpenAI completions protocol. */
final class RemoteOptions {

  @Spec(Spec.Target.MIXEE)
  private CommandSpec mixee;

  @Option(
      names = "--endpoint",
      paramLabel = "URL",
      description =
          "Score the model that a server with the OpenAI completions protocol calls MODEL, as http://host:8000/v1.")
  private String endpoint;

  @Option(
      names = "--tokenizer",
      paramLabel = "MODEL",
      description =
          "With --endpoint: a folder, or on a farm a model, with the server's tokenizer; prompts are then sent as token ids.")
  private String tokenizer = "";

  @Option(
      names = "--api-key-variable",
      paramLabel = "NAME",
      description =
          "With --endpoint: environment variable with the API key; on a farm the worker's, starting with MERGEFARM_API_KEY_.")
  private String apiKeyVariable = "";

  @Option(
      names = {"--concurrency", "--num_concurrent"},
      paramLabel = "N",
      description = "With --endpoint: requests in flight at a time. Default: 4.")
  private int concurrency;

  @Option(
      names = {"--retries", "--max_retries"},
      paramLabel = "N",
      description =
          "With --endpoint: how often a request that failed on the way is sent again. Default: 5.")
  private Integer retries;

  @Option(
      names = "--request-timeout",
      paramLabel = "SECONDS",
      description = "With --endpoint: for one request. Default: 300.")
  private Long timeout;

  @Option(
      names = {"--max-length", "--max_length"},
      paramLabel = "N",
      description =
          "With --endpoint: tokens that the model can hold. Default: what the server or the tokenizer says.")
  private int maximumLength;

  @Option(
      names = {"--add-bos-token", "--add_bos_token"},
      description =
          "With --endpoint: prompts get the beginning-of-sequence token. Default: they do not, as in lm-eval.")
  private boolean addBeginToken;

  /** Whether a server was named. */
  boolean named() {
    return endpoint != null;
  }

  /** The server as a farm takes it. */
  RemoteModel message(String model) {
    RemoteModel.Builder message =
        RemoteModel.newBuilder()
            .setEndpoint(endpoint)
            .setModel(model)
            .setTokenizer(tokenizer)
            .setApiKeyVariable(apiKeyVariable)
            .setConcurrency(concurrency)
            .setMaximumLength(maximumLength)
            .setAddBeginToken(addBeginToken);
    if (retries != null) {
      message.setRetries(retries);
    }
    if (timeout != null) {
      message.getTimeoutBuilder().setSeconds(timeout);
    }
    return message.build();
  }

  /** The server as it is asked from this machine. */
  RemoteModelSettings settings(String model, int batchSize) {
    try {
      return RemoteModels.settings(message(model), batchSize, apiKey());
    } catch (IllegalArgumentException e) {
      throw new ParameterException(mixee.commandLine(), e.getMessage());
    }
  }

  private Optional<String> apiKey() {
    if (apiKeyVariable.isEmpty()) {
      return Optional.empty();
    }
    String key = System.getenv(apiKeyVariable);
    if (key == null) {
      throw new ParameterException(
          mixee.commandLine(), "the variable " + apiKeyVariable + " is not set");
    }
    return Optional.of(key);
  }

  /** Where the tokenizer is, if one was named. */
  Optional<String> tokenizer() {
    return Optional.of(tokenizer).filter(name -> !name.isEmpty());
  }
}
