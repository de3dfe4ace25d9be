package dev.mergefarm.evalworker;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.eval.EvaluationOptions;
import dev.mergefarm.eval.torch.ComputeType;

/** An evaluation's options as the API has them, for the engine. */
final class OptionMessages {

  private OptionMessages() {}

  static EvaluationOptions options(dev.mergefarm.proto.v1.EvaluationOptions message) {
    EvaluationOptions.Builder options =
        EvaluationOptions.builder()
            .applyChatTemplate(message.getApplyChatTemplate())
            .fewShotAsMultiturn(message.getFewshotAsMultiturn());
    if (message.hasNumFewshot()) {
      options.fewShotCount(message.getNumFewshot());
    }
    if (message.getLimit() > 0) {
      options.limit(message.getLimit());
    }
    if (message.hasFewshotSeed()) {
      EvaluationOptions.Seeds usual = EvaluationOptions.Seeds.DEFAULT;
      options.seeds(
          new EvaluationOptions.Seeds(
              usual.python(), usual.generation(), message.getFewshotSeed()));
    }
    if (!message.getSystemInstruction().isEmpty()) {
      options.systemInstruction(message.getSystemInstruction());
    }
    return options.build();
  }

  static ComputeType computeType(dev.mergefarm.proto.v1.EvaluationOptions message) {
    return switch (message.getDtype()) {
      case "", "float32" -> ComputeType.FLOAT32;
      case "bfloat16" -> ComputeType.BFLOAT16;
      default ->
          throw new MergefarmException(
              ErrorCode.INVALID_VALUE,
              "dtype is '" + message.getDtype() + "'; permitted are float32 and bfloat16.");
    };
  }
}
