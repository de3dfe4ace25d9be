package dev.mergefarm.cli.command;

import dev.mergefarm.merge.plan.MergeOptions;
import dev.mergefarm.merge.recipe.Compatibility;
import dev.mergefarm.storage.tensor.DataType;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Settings of a merge beside its recipe, under the names that mergekit's users know. */
final class RecipeOptions {

  @Spec(Spec.Target.MIXEE)
  private CommandSpec mixee;

  @Option(
      names = "--compat",
      paramLabel = "MODE",
      defaultValue = "strict",
      description =
          "strict (unknown keys are errors) or mergekit (what it lets pass is a warning). Default: ${DEFAULT-VALUE}.")
  private String compat;

  @Option(
      names = "--out-shard-size",
      paramLabel = "BYTES",
      defaultValue = "5B",
      description =
          "Largest shard in bytes; K, M, B and T for thousands, millions, billions, trillions. Default: ${DEFAULT-VALUE}.")
  private String shardSize;

  @Option(
      names = {"--random-seed", "--seed"},
      paramLabel = "N",
      defaultValue = "0",
      description = "Seed of random methods. Default: ${DEFAULT-VALUE}.")
  private long seed;

  @Option(
      names = "--copy-tokenizer",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description = "Copy the base model's tokenizer when the recipe says nothing. Default: true.")
  private boolean copyTokenizer;

  @Option(
      names = "--write-model-card",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description = "Write README.md and the recipe beside the model. Default: true.")
  private boolean writeModelCard;

  @Option(
      names = "--allow-crimes",
      description = "Merge models of different architectures, by the first one's definition.")
  private boolean allowMixedArchitectures;

  @Option(
      names = "--lora-merge-dtype",
      paramLabel = "DTYPE",
      description = "Round models to this type after adding an adapter. Default: not rounded.")
  private String adapterDataType;

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      defaultValue = "${env:MERGEFARM_DEVICE:-auto}",
      description =
          "auto (GPUs if there are any), cpu, cuda or cuda:N. Default: $MERGEFARM_DEVICE, else auto.")
  private String device;

  @Option(names = "--cuda", description = "Same as --device cuda.")
  private boolean cuda;

  @Option(
      names = "--trust-remote-code",
      description =
          "Refused: no code that comes with a model is ever run; none is needed to merge.")
  private boolean trustRemoteCode;

  @Option(names = "--lazy-unpickle", hidden = true, description = "Accepted; always on.")
  private boolean lazyUnpickle;

  MergeOptions options() {
    if (trustRemoteCode) {
      throw refused(
          "--trust-remote-code is refused: no code that comes with a model is ever run, and merging"
              + " works from tensor names and shapes; leave the option out");
    }
    try {
      return new MergeOptions(
          compatibility(),
          Sizes.parse("--out-shard-size", shardSize),
          seed,
          copyTokenizer,
          writeModelCard,
          allowMixedArchitectures,
          adapterType(),
          cuda ? "cuda" : device);
    } catch (IllegalArgumentException invalid) {
      throw refused(invalid.getMessage());
    }
  }

  /** The options as the farm takes them. */
  dev.mergefarm.proto.v1.MergeOptions message() {
    MergeOptions options = options();
    if (allowMixedArchitectures || adapterDataType != null) {
      throw refused(
          "--allow-crimes and --lora-merge-dtype work for merges on this machine, with --out");
    }
    return dev.mergefarm.proto.v1.MergeOptions.newBuilder()
        .setCompat(compat.toLowerCase(Locale.ROOT))
        .setShardBytes(options.shardBytes())
        .setSeed(options.seed())
        .setCopyTokenizer(options.copyTokenizer())
        .setWriteModelCard(options.writeModelCard())
        .setDevice(options.device())
        .build();
  }

  private Compatibility compatibility() {
    return switch (compat.toLowerCase(Locale.ROOT)) {
      case "strict" -> Compatibility.STRICT;
      case "mergekit" -> Compatibility.MERGEKIT;
      default -> throw refused("--compat is strict or mergekit, found '" + compat + "'");
    };
  }

  private Optional<DataType> adapterType() {
    if (adapterDataType == null) {
      return Optional.empty();
    }
    return Optional.of(
        switch (adapterDataType.toLowerCase(Locale.ROOT)) {
          case "float32" -> DataType.F32;
          case "float16" -> DataType.F16;
          case "bfloat16" -> DataType.BF16;
          default ->
              throw refused(
                  "--lora-merge-dtype is float32, float16 or bfloat16, found '"
                      + adapterDataType
                      + "'");
        });
  }

  private ParameterException refused(String message) {
    return new ParameterException(mixee.commandLine(), message);
  }
}
