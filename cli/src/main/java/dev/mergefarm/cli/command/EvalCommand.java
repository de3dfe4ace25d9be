package dev.mergefarm.cli.command;

import dev.mergefarm.cli.connection.FarmConnection;
import dev.mergefarm.cli.connection.Uploads;
import dev.mergefarm.cli.local.BundleName;
import dev.mergefarm.cli.local.Interruption;
import dev.mergefarm.cli.local.LocalEvaluation;
import dev.mergefarm.cli.local.TaskFolder;
import dev.mergefarm.cli.output.Json;
import dev.mergefarm.cli.output.ProgressLine;
import dev.mergefarm.cli.output.RateMeter;
import dev.mergefarm.cli.output.ScoreTable;
import dev.mergefarm.eval.EvaluationOutcome;
import dev.mergefarm.messages.EvaluationMessages;
import dev.mergefarm.proto.v1.EvaluationRequest;
import dev.mergefarm.proto.v1.EvaluationResult;
import dev.mergefarm.proto.v1.Job;
import dev.mergefarm.proto.v1.SubmitEvaluationRequest;
import dev.mergefarm.proto.v1.TaskScore;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Scores a model on tasks. */
@Command(
    name = "eval",
    mixinStandardHelpOptions = true,
    description =
        "Scores a model, or what a recipe makes, on tasks: on this machine with --out, else as a job on a farm.")
final class EvalCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;
  @Mixin private FarmOptions farmOptions;
  @Mixin private OutputOptions output;
  @Mixin private SubmissionOptions submission;
  @Mixin private EvaluationSettings settings;
  @Mixin private RemoteOptions remote;

  @ArgGroup(multiplicity = "1")
  private Subject subject;

  /** What is scored: one of the two. */
  static final class Subject {
    @Option(
        names = "--model",
        paramLabel = "MODEL",
        description =
            "A folder here, on a farm a reference such as models/name, or with --endpoint the server's name.")
    private String model;

    @Option(
        names = "--recipe",
        paramLabel = "FILE",
        description = "A recipe, merged in memory; nothing is written.")
    private Path recipe;
  }

  @Option(
      names = "--tasks",
      paramLabel = "DIR|BUNDLE",
      description = "Folder of task files, or on a farm a stored bundle (tasks/name); repeatable.")
  private List<String> taskSources = new ArrayList<>();

  @Option(
      names = "--task",
      paramLabel = "NAME",
      split = ",",
      required = true,
      description = "Tasks, groups or tags to run, separated by commas.")
  private List<String> tasks;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Score on this machine and write results.json and samples files here.")
  private Path out;

  @Override
  public Integer call() throws Exception {
    if (out != null && farmOptions.named()) {
      throw new ParameterException(
          spec.commandLine(), "--out scores on this machine and --farm on a farm: choose one");
    }
    if (remote.named() && subject.model == null) {
      throw new ParameterException(
          spec.commandLine(), "--endpoint needs the server's name of the model as --model");
    }
    return out != null ? evaluateHere() : submit();
  }

  private int evaluateHere() throws IOException {
    List<Path> folders = taskSources.stream().map(Path::of).toList();
    PrintWriter err = spec.commandLine().getErr();
    EvaluationOutcome outcome;
    try (Interruption interruption = Interruption.watch();
        LocalEvaluation evaluation =
            new LocalEvaluation(
                folders, EvaluationMessages.options(settings.message()), interruption);
        ProgressLine line = ProgressLine.forThisProcess(err, "eval")) {
      outcome =
          evaluation.run(
              subjectHere(),
              tasks,
              settings.modelOptions(),
              out,
              new RateMeter(line)::show,
              interruption);
    }
    outcome.warnings().forEach(warning -> err.println("mergefarm: warning: " + warning.describe()));
    print(EvaluationMessages.scores(outcome));
    return 0;
  }

  private void print(List<TaskScore> scores) {
    PrintWriter print = output.out(spec);
    if (output.json()) {
      print.println(Json.pretty(EvaluationResult.newBuilder().addAllTasks(scores).build()));
      print.flush();
    } else {
      ScoreTable.of(scores).print(print);
    }
  }

  private LocalEvaluation.Subject subjectHere() throws IOException {
    if (remote.named()) {
      return new LocalEvaluation.Subject.Remote(
          remote.settings(subject.model, settings.batchSize()), remote.tokenizer());
    }
    return subject.model != null
        ? new LocalEvaluation.Subject.StoredModel(subject.model)
        : new LocalEvaluation.Subject.Recipe(
            subject.recipe.toString(), Files.readString(subject.recipe));
  }

  private int submit() throws IOException, InterruptedException {
    try (FarmConnection farm = farmOptions.connect()) {
      EvaluationRequest.Builder request =
          EvaluationRequest.newBuilder().addAllTasks(tasks).setOptions(settings.message());
      if (remote.named()) {
        request.setRemote(remote.message(subject.model));
      } else if (subject.model != null) {
        request.setModel(subject.model);
      } else {
        request.setRecipe(Files.readString(subject.recipe));
      }
      for (String source : taskSources) {
        request.addTaskBundles(bundle(farm, source));
      }
      Job job =
          farm.jobs()
              .submitEvaluation(
                  SubmitEvaluationRequest.newBuilder()
                      .setEvaluation(request)
                      .setRequestId(submission.requestId())
                      .putAllLabels(submission.labels())
                      .build());
      return submission.report(farm, job, output.jobReport(spec));
    }
  }

  /**
   * A stored bundle's name as it is; a folder is stored first, under a name made of its content.
   */
  private static String bundle(FarmConnection farm, String source)
      throws IOException, InterruptedException {
    Path folder = Path.of(source);
    if (!Files.isDirectory(folder)) {
      return source;
    }
    SortedMap<String, Path> files = TaskFolder.files(folder, Path.of(""));
    return Uploads.importTasks(farm, BundleName.of(folder, files), files).getReference();
  }
}
