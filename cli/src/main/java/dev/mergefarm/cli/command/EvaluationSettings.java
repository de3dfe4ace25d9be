package dev.mergefarm.cli.command;

import dev.mergefarm.eval.model.ModelOptions;
import dev.mergefarm.eval.torch.ComputeType;
import dev.mergefarm.proto.v1.EvaluationOptions;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Settings of an evaluation, under the names that lm-eval's users know. */
final class EvaluationSettings {

  @Spec(Spec.Target.MIXEE)
  private CommandSpec mixee;

  @Option(
      names = {"--num_fewshot", "--num-fewshot"},
      paramLabel = "N",
      description = "Examples before each question. Default: as the task says.")
  private Integer fewShot;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "0",
      description = "Documents per task from the start. Default: all.")
  private int limit;

  @Option(
      names = "--dtype",
      defaultValue = "float32",
      description = "float32 or bfloat16. Default: ${DEFAULT-VALUE}.")
  private String dtype;

  @Option(
      names = {"--batch_size", "--batch-size"},
      paramLabel = "N",
      converter = BatchSize.class,
      defaultValue = "auto",
      description =
          "Requests per batch at the most; auto or auto:N: by the activation budget, 8 for --endpoint. Default: ${DEFAULT-VALUE}.")
  private Integer batchSize;

  @Option(
      names = {"--fewshot_seed", "--fewshot-seed"},
      paramLabel = "N",
      description = "Seed of few-shot sampling. Default: 1234.")
  private Long fewShotSeed;

  @Option(
      names = {"--apply_chat_template", "--apply-chat-template"},
      description = "Wrap prompts in the model's chat template.")
  private boolean applyChatTemplate;

  @Option(
      names = {"--fewshot_as_multiturn", "--fewshot-as-multiturn"},
      description = "With a chat template: examples as turns.")
  private boolean fewShotAsMultiturn;

  @Option(
      names = {"--system_instruction", "--system-instruction"},
      defaultValue = "",
      description = "Put before every prompt.")
  private String systemInstruction;

  @Option(
      names = {"--confirm_run_unsafe_code", "--confirm-run-unsafe-code"},
      description =
          "Run programs that the model writes, where tasks score them: in a process without files, network or other processes.")
  private boolean confirmRunUnsafeCode;

  /** Numbers as they are, {@code auto} and {@code auto:N} as 0: every batch is planned anyway. */
  static final class BatchSize implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String value) {
      if (value.matches("auto(:\\d+)?")) {
        return 0;
      }
      if (value.matches("0*[1-9]\\d{0,8}")) {
        return Integer.valueOf(value);
      }
      throw new TypeConversionException(
          "is a number of 1 or more, auto or auto:N, found '" + value + "'");
    }
  }

  /** Requests per batch at the most; 0 for what the engine chooses. */
  int batchSize() {
    return batchSize;
  }

  /** How a model is run on this machine. */
  ModelOptions modelOptions() {
    ComputeType type =
        switch (dtype.toLowerCase(Locale.ROOT)) {
          case "float32" -> ComputeType.FLOAT32;
          case "bfloat16" -> ComputeType.BFLOAT16;
          case "float16" -> ComputeType.FLOAT16;
          default ->
              throw new ParameterException(
                  mixee.commandLine(),
                  "--dtype is float32, bfloat16 or (on a GPU) float16, found '" + dtype + "'");
        };
    return ModelOptions.onBestDevice(type)
        .withBatchSize(batchSize > 0 ? Optional.of(batchSize) : Optional.empty());
  }

  /** The settings as a farm takes them. */
  EvaluationOptions message() {
    EvaluationOptions.Builder message =
        EvaluationOptions.newBuilder()
            .setLimit(limit)
            .setDtype(dtype)
            .setBatchSize(batchSize)
            .setApplyChatTemplate(applyChatTemplate)
            .setFewshotAsMultiturn(fewShotAsMultiturn)
            .setConfirmRunUnsafeCode(confirmRunUnsafeCode)
            .setSystemInstruction(systemInstruction);
    if (fewShot != null) {
      message.setNumFewshot(fewShot);
    }
    if (fewShotSeed != null) {
      message.setFewshotSeed(fewShotSeed);
    }
    return message.build();
  }
}
