package dev.mergefarm.cli.command;

import dev.mergefarm.cli.local.Interruption;
import dev.mergefarm.cli.local.LocalMerge;
import dev.mergefarm.cli.output.ProgressLine;
import dev.mergefarm.cli.output.RateMeter;
import dev.mergefarm.merge.MergeResult;
import dev.mergefarm.merge.RecipeCheck;
import dev.mergefarm.merge.recipe.LayerShuffle;
import dev.mergefarm.merge.recipe.ModelName;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Puts a model together from randomly chosen layers. */
@Command(
    name = "layershuffle",
    mixinStandardHelpOptions = true,
    description =
        "Puts a model together from layers of several, chosen at random by --random-seed.")
final class LayershuffleCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;
  @Mixin private OutputOptions output;
  @Mixin private RecipeOptions recipeOptions;

  @Parameters(
      arity = "0..1",
      paramLabel = "DIR",
      description = "Same as --out, as mergekit's users write it.")
  private Path positional;

  @Option(
      names = {"--out", "--out-path"},
      paramLabel = "DIR",
      description = "A new folder for the result.")
  private Path option;

  @Option(
      names = {"-m", "--model"},
      paramLabel = "MODEL",
      required = true,
      description =
          "A model to take layers from; repeat it. The first gives the depth and everything else.")
  private List<String> models;

  @Option(
      names = {"-w", "--weight"},
      paramLabel = "WEIGHT",
      description =
          "How likely a model's layers are, in the models' order; with --full-random the share of its layers. Default: 1 each.")
  private List<Double> weights = List.of();

  @Option(
      names = "--full-random",
      negatable = true,
      description = "Layers from any place and in any order. Default: each at its place.")
  private boolean fullRandom;

  @Option(
      names = "--print-yaml",
      negatable = true,
      description = "Print the recipe to standard output.")
  private boolean printYaml;

  @Option(names = "--write-yaml", paramLabel = "FILE", description = "Write the recipe to a file.")
  private Path writeYaml;

  @Option(names = "--dry-run", description = "Make the recipe and do not merge.")
  private boolean dryRun;

  @Option(names = "--fp16", negatable = true, description = "Write the model in float16.")
  private boolean half;

  @Override
  public Integer call() throws IOException {
    Path out = option != null ? option : positional;
    if (out == null && !dryRun) {
      throw new ParameterException(
          spec.commandLine(), "a folder for the result is needed: --out DIR, or --dry-run");
    }
    long start = System.nanoTime();
    try (LocalMerge merge = new LocalMerge()) {
      String yaml = recipe(merge);
      if (printYaml) {
        output.out(spec).print(yaml);
        output.out(spec).flush();
      }
      if (writeYaml != null) {
        Files.writeString(writeYaml, yaml);
      }
      if (!dryRun) {
        run(merge, yaml, out, start);
      }
    }
    return 0;
  }

  private String recipe(LocalMerge merge) {
    List<ModelName> names = models.stream().map(ModelName::parse).toList();
    List<Double> given = weights.isEmpty() ? Collections.nCopies(names.size(), 1.0) : weights;
    if (given.size() != names.size()) {
      throw new ParameterException(
          spec.commandLine(),
          "there are %d models and %d weights; give one for each model, or none"
              .formatted(names.size(), given.size()));
    }
    List<Integer> layers = merge.layers(names);
    try {
      LayerShuffle shuffle = new LayerShuffle(names, layers, given, recipeOptions.options().seed());
      return fullRandom ? shuffle.anywhere(half) : shuffle.inPlace(half);
    } catch (IllegalArgumentException invalid) {
      throw new ParameterException(spec.commandLine(), invalid.getMessage());
    }
  }

  private void run(LocalMerge merge, String yaml, Path out, long start) throws IOException {
    PrintWriter err = spec.commandLine().getErr();
    MergeReport report = new MergeReport(spec, output);
    MergeResult result;
    try (ProgressLine line = ProgressLine.forThisProcess(err, out.toString());
        Interruption interruption = Interruption.watch()) {
      RecipeCheck check = merge.check(yaml, recipeOptions.options());
      check.planOrThrow();
      report.planned(check);
      result = merge.merge(check.planOrThrow(), out, new RateMeter(line)::show, interruption);
    }
    report.merged(result, out, Duration.ofNanos(System.nanoTime() - start));
  }
}
