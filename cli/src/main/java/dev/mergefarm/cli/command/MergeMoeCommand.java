package dev.mergefarm.cli.command;

import dev.mergefarm.cli.local.Interruption;
import dev.mergefarm.cli.local.LocalMerge;
import dev.mergefarm.cli.local.LocalPromptReader;
import dev.mergefarm.cli.output.ProgressLine;
import dev.mergefarm.cli.output.RateMeter;
import dev.mergefarm.common.Progress;
import dev.mergefarm.eval.model.ModelOptions;
import dev.mergefarm.eval.torch.ComputeType;
import dev.mergefarm.merge.MergeResult;
import dev.mergefarm.merge.RecipeCheck;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Makes a mixture of experts of several models. */
@Command(
    name = "merge-moe",
    mixinStandardHelpOptions = true,
    description =
        "Makes a mixture of experts: the body of one model with the feed-forward networks of several.")
final class MergeMoeCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;
  @Mixin private OutputOptions output;
  @Mixin private RecipeOptions recipeOptions;
  @Mixin private RecipeArguments arguments;

  @Option(
      names = "--i-understand-this-is-not-useful-without-training",
      description = "Let all experts come from one model although they have prompts.")
  private boolean allowEqualModels;

  @Option(
      names = "--prompt-dtype",
      paramLabel = "DTYPE",
      defaultValue = "float32",
      description =
          "What the base model computes prompts in: float32 or bfloat16. Default: ${DEFAULT-VALUE}.")
  private String promptType;

  @Option(
      names = {"--load-in-4bit", "--load-in-8bit"},
      hidden = true,
      description = "Refused: models are not quantised; --prompt-dtype bfloat16 halves the memory.")
  private boolean quantise;

  @Override
  public Integer call() throws IOException {
    Path out = arguments.folder();
    long start = System.nanoTime();
    PrintWriter err = spec.commandLine().getErr();
    MergeReport report = new MergeReport(spec, output);
    MergeResult result;
    try (LocalMerge merge = new LocalMerge();
        ProgressLine line = ProgressLine.forThisProcess(err, out.toString());
        LocalPromptReader prompts = prompts(line);
        Interruption interruption = Interruption.watch()) {
      RecipeCheck check =
          merge.checkMixture(
              Files.readString(arguments.file()),
              allowEqualModels,
              recipeOptions.options(),
              prompts,
              interruption);
      report.planned(check);
      prompts.release();
      result = merge.merge(check.planOrThrow(), out, new RateMeter(line)::show, interruption);
    }
    report.merged(result, out, Duration.ofNanos(System.nanoTime() - start));
    return 0;
  }

  private LocalPromptReader prompts(ProgressLine line) {
    if (quantise) {
      throw new ParameterException(
          spec.commandLine(),
          "models are not quantised here; --prompt-dtype bfloat16 halves the memory for prompts");
    }
    ComputeType type =
        switch (promptType.toLowerCase(Locale.ROOT)) {
          case "float32" -> ComputeType.FLOAT32;
          case "bfloat16" -> ComputeType.BFLOAT16;
          default ->
              throw new ParameterException(
                  spec.commandLine(),
                  "--prompt-dtype is float32 or bfloat16, found '" + promptType + "'");
        };
    Progress.Listener progress = new RateMeter(line)::show;
    return new LocalPromptReader(() -> ModelOptions.onBestDevice(type), progress);
  }
}
