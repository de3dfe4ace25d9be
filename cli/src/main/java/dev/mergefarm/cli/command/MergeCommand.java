package dev.mergefarm.cli.command;

import dev.mergefarm.cli.ExitCode;
import dev.mergefarm.cli.connection.FarmConnection;
import dev.mergefarm.cli.graph.GraphStep;
import dev.mergefarm.cli.graph.RecipeStream;
import dev.mergefarm.cli.local.Interruption;
import dev.mergefarm.cli.local.LocalMerge;
import dev.mergefarm.cli.output.PlanReport;
import dev.mergefarm.cli.output.ProgressLine;
import dev.mergefarm.cli.output.RateMeter;
import dev.mergefarm.merge.MergeResult;
import dev.mergefarm.merge.RecipeCheck;
import dev.mergefarm.merge.plan.MergePlan;
import dev.mergefarm.proto.v1.MergeRequest;
import dev.mergefarm.proto.v1.SubmitMergeRequest;
import dev.mergefarm.proto.v1.SubmitMergeResponse;
import dev.mergefarm.proto.v1.ValidateRecipeRequest;
import dev.mergefarm.proto.v1.ValidateRecipeResponse;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Merges models by a recipe. */
@Command(
    name = "merge",
    mixinStandardHelpOptions = true,
    description = "Merges models by a recipe: on this machine into --out, else as a job on a farm.")
final class MergeCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;
  @Mixin private FarmOptions farmOptions;
  @Mixin private OutputOptions output;
  @Mixin private SubmissionOptions submission;
  @Mixin private RecipeOptions recipeOptions;

  @Parameters(index = "0", paramLabel = "FILE", description = "The recipe's YAML.")
  private Path file;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "DIR",
      description = "Same as --out, as mergekit's users write it.")
  private Path positionalOut;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Merge on this machine into this folder; no farm is needed.")
  private Path out;

  @Option(
      names = "--output",
      paramLabel = "MODEL",
      defaultValue = "",
      description = "On a farm: the result's name, as in models/name. Default: by the job's id.")
  private String modelName;

  @Mixin private LocalDeviceOptions deviceOptions;

  @Override
  public Integer call() throws IOException {
    Path folder = out != null ? out : positionalOut;
    if (folder == null) {
      deviceOptions.refuseOnFarm();
    }
    if (folder != null && farmOptions.named()) {
      throw new ParameterException(
          spec.commandLine(), "--out merges on this machine and --farm on a farm: choose one");
    }
    return folder != null ? mergeHere(folder) : submit();
  }

  private int mergeHere(Path folder) throws IOException {
    PrintWriter err = spec.commandLine().getErr();
    long start = System.nanoTime();
    MergeResult result;
    try (MergeTrace trace = deviceOptions.trace();
        LocalMerge merge = new LocalMerge(deviceOptions.settings(), trace.timeline());
        ProgressLine line = ProgressLine.forThisProcess(err, folder.toString());
        Interruption interruption = Interruption.watch()) {
      RecipeCheck check = merge.check(Files.readString(file), recipeOptions.options());
      MergePlan plan = check.planOrThrow();
      new MergeReport(spec, output).planned(check);
      result = merge.merge(plan, folder, new RateMeter(line)::show, interruption);
      line.clear();
      trace.report(result, output.json(), err);
    }
    new MergeReport(spec, output)
        .merged(result, folder, Duration.ofNanos(System.nanoTime() - start));
    return 0;
  }

  private int submit() throws IOException {
    String recipe = Files.readString(file);
    RecipeStream stream = RecipeStream.read(recipe, recipeOptions.options().compatibility());
    if (stream.isGraph()) {
      return submitGraph(recipe, stream);
    }
    MergeRequest request =
        MergeRequest.newBuilder()
            .setRecipe(recipe)
            .setOutput(modelName)
            .setOptions(recipeOptions.message())
            .build();
    try (FarmConnection farm = farmOptions.connect()) {
      SubmitMergeResponse answer =
          farm.jobs()
              .submitMerge(
                  SubmitMergeRequest.newBuilder()
                      .setMerge(request)
                      .setRequestId(submission.requestId())
                      .putAllLabels(submission.labels())
                      .build());
      return submission.report(farm, answer.getJob(), output.jobReport(spec));
    }
  }

  /** Everything is checked before the first job is submitted. */
  private int submitGraph(String recipe, RecipeStream stream) {
    if (submission.detached()) {
      throw new ParameterException(
          spec.commandLine(),
          "--detach cannot be used with several recipes in one file: each is submitted from here once those that it needs are done");
    }
    PrintWriter err = spec.commandLine().getErr();
    String requestId =
        submission.requestId().isEmpty() ? UUID.randomUUID().toString() : submission.requestId();
    String result =
        modelName.isEmpty() ? "models/graph-" + requestId.replaceAll("[^\\w.-]", "-") : modelName;
    List<GraphStep> steps = stream.steps(result);
    try (FarmConnection farm = farmOptions.connect()) {
      ValidateRecipeResponse check =
          farm.recipes()
              .validateRecipe(
                  ValidateRecipeRequest.newBuilder()
                      .setRecipe(recipe)
                      .setOptions(recipeOptions.message())
                      .build());
      if (!output.json()) {
        PlanReport.print(check, err, err);
      }
      if (check.getProblemsList().stream().anyMatch(problem -> !problem.getWarning())) {
        return ExitCode.INVALID_INPUT.number();
      }
      err.printf(
          "%d merges; should this command be broken off, repeat it with --request-id %s%n",
          steps.size(), requestId);
      err.flush();
      return new GraphSubmission(
              farm, recipeOptions.message(), submission.labels(), requestId, steps)
          .run(output.out(spec), err, output.json());
    }
  }
}
