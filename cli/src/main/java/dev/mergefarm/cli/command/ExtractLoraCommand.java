package dev.mergefarm.cli.command;

import dev.mergefarm.cli.local.Interruption;
import dev.mergefarm.cli.local.LocalMerge;
import dev.mergefarm.cli.output.ProgressLine;
import dev.mergefarm.cli.output.RateMeter;
import dev.mergefarm.cli.output.Units;
import dev.mergefarm.common.Problem;
import dev.mergefarm.merge.extraction.ExtractionOptions;
import dev.mergefarm.merge.extraction.ExtractionResult;
import dev.mergefarm.merge.recipe.ModelName;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Takes a LoRA adapter from the difference of two models. */
@Command(
    name = "extract-lora",
    mixinStandardHelpOptions = true,
    description =
        "Takes a LoRA adapter from the difference of two models by singular value decomposition.")
final class ExtractLoraCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Option(names = "--model", required = true, description = "The fine-tuned model.")
  private String model;

  @Option(names = "--base-model", required = true, description = "What it was tuned from.")
  private String base;

  @Option(
      names = {"--out", "--out-path"},
      required = true,
      paramLabel = "DIR",
      description = "A new folder for the adapter.")
  private Path out;

  @Option(
      names = "--max-rank",
      paramLabel = "N",
      defaultValue = "128",
      description = "Largest rank of a module. Default: ${DEFAULT-VALUE}.")
  private int maximumRank;

  @Option(
      names = "--distribute-scale",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description =
          "The roots of the singular values in both factors; else all in A. Default: true.")
  private boolean distributeScale;

  @Option(
      names = "--embed-lora",
      negatable = true,
      description = "Decompose embeddings and output heads too. Default: they are saved whole.")
  private boolean embeddings;

  @Option(
      names = "--save-module",
      paramLabel = "NAME",
      description = "Save this module whole, by its name or the last part of it; repeat it.")
  private Set<String> saved = Set.of();

  @Option(
      names = {"-i", "--include-regex"},
      paramLabel = "REGEX",
      description = "Decompose only modules that this is found in; repeat it.")
  private List<String> include = List.of();

  @Option(
      names = {"-e", "--exclude-regex"},
      paramLabel = "REGEX",
      description = "Leave modules alone that this is found in; repeat it.")
  private List<String> exclude = List.of();

  @Option(
      names = "--sv-epsilon",
      paramLabel = "X",
      defaultValue = "0",
      description = "Drop singular values that are not above this. Default: ${DEFAULT-VALUE}.")
  private double leastSingularValue;

  @Option(
      names = "--skip-undecomposable",
      description = "Leave out modules that are no matrices, such as norms. Default: saved whole.")
  private boolean skipUndecomposable;

  @Override
  public Integer call() {
    ExtractionOptions options = options();
    long start = System.nanoTime();
    PrintWriter err = spec.commandLine().getErr();
    ExtractionResult result;
    try (LocalMerge merge = new LocalMerge();
        ProgressLine line = ProgressLine.forThisProcess(err, out.toString());
        Interruption interruption = Interruption.watch()) {
      result =
          merge.extract(
              ModelName.parse(model),
              ModelName.parse(base),
              options,
              out,
              new RateMeter(line)::show,
              interruption);
    }
    for (Problem warning : result.warnings()) {
      err.println("mergefarm: warning: " + warning.describe());
    }
    err.flush();
    PrintWriter print = spec.commandLine().getOut();
    print.printf(
        "%s  %d modules of rank %d at the most, %d tensors saved whole, %s in %s%n",
        out,
        result.decomposed(),
        result.rank(),
        result.saved(),
        Units.bytes(result.bytes()),
        Units.time(Duration.ofNanos(System.nanoTime() - start)));
    print.printf("left out of the differences of all modules: %.3g %%%n", 100 * result.residual());
    print.flush();
    return 0;
  }

  private ExtractionOptions options() {
    try {
      return new ExtractionOptions(
          maximumRank,
          distributeScale,
          embeddings,
          saved,
          include.stream().map(Pattern::compile).toList(),
          exclude.stream().map(Pattern::compile).toList(),
          leastSingularValue,
          skipUndecomposable);
    } catch (PatternSyntaxException invalid) {
      throw new ParameterException(
          spec.commandLine(), "not a regular expression: " + invalid.getMessage());
    } catch (IllegalArgumentException invalid) {
      throw new ParameterException(spec.commandLine(), invalid.getMessage());
    }
  }
}
