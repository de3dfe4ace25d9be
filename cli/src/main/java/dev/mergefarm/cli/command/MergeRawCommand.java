package dev.mergefarm.cli.command;

import dev.mergefarm.cli.local.Interruption;
import dev.mergefarm.cli.local.LocalMerge;
import dev.mergefarm.cli.output.ProgressLine;
import dev.mergefarm.cli.output.RateMeter;
import dev.mergefarm.merge.MergeResult;
import dev.mergefarm.merge.RecipeCheck;
import dev.mergefarm.merge.plan.MissingTensors;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Merges single files of tensors. */
@Command(
    name = "merge-raw",
    mixinStandardHelpOptions = true,
    description =
        "Merges files of tensors (safetensors, torch) by name, without any architecture, as mergekit-pytorch does.")
final class MergeRawCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;
  @Mixin private OutputOptions output;
  @Mixin private RecipeOptions recipeOptions;
  @Mixin private RecipeArguments arguments;

  @Option(
      names = {"-i", "--tensor-intersection"},
      description = "Leave out tensors that not every file has. Default: they are an error.")
  private boolean intersection;

  @Option(
      names = {"-u", "--tensor-union"},
      description = "Merge tensors that not every file has from those that have them.")
  private boolean union;

  @Override
  public Integer call() throws IOException {
    Path out = arguments.folder();
    long start = System.nanoTime();
    PrintWriter err = spec.commandLine().getErr();
    MergeReport report = new MergeReport(spec, output);
    MergeResult result;
    try (LocalMerge merge = new LocalMerge();
        ProgressLine line = ProgressLine.forThisProcess(err, out.toString());
        Interruption interruption = Interruption.watch()) {
      RecipeCheck check =
          merge.checkRaw(
              Files.readString(arguments.file()), missingTensors(), recipeOptions.options());
      check.planOrThrow();
      report.planned(check);
      result = merge.merge(check.planOrThrow(), out, new RateMeter(line)::show, interruption);
    }
    report.merged(result, out, Duration.ofNanos(System.nanoTime() - start));
    return 0;
  }

  private MissingTensors missingTensors() {
    if (intersection && union) {
      throw new ParameterException(
          spec.commandLine(), "--tensor-intersection and --tensor-union exclude each other");
    }
    if (intersection) {
      return MissingTensors.LEAVE_OUT;
    }
    return union ? MissingTensors.MERGE_THE_REST : MissingTensors.REFUSE;
  }
}
