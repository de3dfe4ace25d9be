package dev.mergefarm.cli.demo;

import dev.mergefarm.cli.connection.FarmConnection;
import dev.mergefarm.cli.connection.FarmFailure;
import dev.mergefarm.cli.connection.Uploads;
import dev.mergefarm.cli.local.FarmProcess;
import dev.mergefarm.cli.local.ModelFolder;
import dev.mergefarm.cli.local.TaskFolder;
import dev.mergefarm.cli.output.Units;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.proto.v1.EvaluationRequest;
import dev.mergefarm.proto.v1.Job;
import dev.mergefarm.proto.v1.JobState;
import dev.mergefarm.proto.v1.ListJobsRequest;
import dev.mergefarm.proto.v1.MergeRequest;
import dev.mergefarm.proto.v1.SubmitEvaluationRequest;
import dev.mergefarm.proto.v1.SubmitMergeRequest;
import dev.mergefarm.proto.v1.WatchJobRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The demo's story: three small models, four merges of the two specialists, seven evaluations, one
 * table. Everything goes through the farm's public API.
 */
public final class FactsDemo {

  private static final Duration START_LIMIT = Duration.ofSeconds(60);
  private static final List<String> PARENTS = List.of("base", "capitals", "animals");
  private static final List<String> RECIPES = List.of("linear", "slerp", "ties", "task-arithmetic");
  private static final List<String> TASKS = List.of("facts_capitals", "facts_animals");
  private static final int LOG_END = 20;
  private static final String BUNDLE = "tasks/facts";

  private final FarmConnection farm;
  private final Path folder;
  private final PrintWriter out;

  /**
   * @param folder with models, recipes, tasks and data, as {@code examples/facts}
   */
  public FactsDemo(FarmConnection farm, Path folder, PrintWriter out) {
    this.farm = farm;
    this.folder = folder;
    this.out = out;
  }

  /**
   * Plays the story against a farm that is starting.
   *
   * @return whether every merge beat both its parents on the mean
   */
  public boolean run(FarmProcess process, Path log) throws IOException, InterruptedException {
    long start = System.nanoTime();
    awaitAnswer(process, log);
    step("farm up: gateway, two workers, broker, store", start);

    start = System.nanoTime();
    for (String parent : PARENTS) {
      Uploads.putModel(
          farm, "models/" + parent, ModelFolder.files(folder.resolve(parent)), sent -> {});
    }
    Uploads.importTasks(farm, BUNDLE, TaskFolder.files(folder.resolve("tasks"), folder));
    step("three models and the tasks put into its store", start);

    start = System.nanoTime();
    Map<String, String> merges = new LinkedHashMap<>();
    for (String recipe : RECIPES) {
      merges.put(recipe, submitMerge(recipe));
    }
    Map<String, Job> merged = finish(merges);
    step("two specialists merged in four ways", start);

    start = System.nanoTime();
    Map<String, String> evaluations = new LinkedHashMap<>();
    for (String model : PARENTS) {
      evaluations.put(model, submitEvaluation(model));
    }
    for (String model : RECIPES) {
      evaluations.put(model, submitEvaluation(model));
    }
    Map<String, Job> scored = finish(evaluations);
    step("parents and merges scored on 120 questions each", start);

    out.println();
    FactsTable table = new FactsTable(TASKS, merged, scored);
    table.print(out);
    boolean better = table.everyMergeBeats("capitals", "animals");
    out.println();
    out.println(
        better
            ? "Every merge beats both of its parents on the mean."
            : "A merge does not beat both of its parents on the mean: that is not right.");
    out.flush();
    return better;
  }

  private void awaitAnswer(FarmProcess process, Path log) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + START_LIMIT.toNanos();
    while (true) {
      try {
        farm.jobs().listJobs(ListJobsRequest.getDefaultInstance());
        return;
      } catch (StatusRuntimeException notYet) {
        boolean starting = notYet.getStatus().getCode() == Status.Code.UNAVAILABLE;
        if (!starting || !process.alive() || System.nanoTime() > deadline) {
          List<String> lines = Files.readAllLines(log);
          lines.subList(Math.max(0, lines.size() - LOG_END), lines.size()).forEach(out::println);
          out.flush();
          throw new MergefarmException(ErrorCode.INTERNAL, "the farm did not start", notYet);
        }
        Thread.sleep(50);
      }
    }
  }

  private String submitMerge(String recipe) throws IOException {
    MergeRequest merge =
        MergeRequest.newBuilder()
            .setRecipe(Files.readString(folder.resolve("recipes").resolve(recipe + ".yml")))
            .setOutput("models/" + recipe)
            .build();
    return farm.jobs()
        .submitMerge(
            SubmitMergeRequest.newBuilder()
                .setMerge(merge)
                .setRequestId("demo-merge-" + recipe)
                .putLabels("demo", "facts")
                .build())
        .getJob()
        .getId();
  }

  private String submitEvaluation(String model) {
    EvaluationRequest evaluation =
        EvaluationRequest.newBuilder()
            .setModel("models/" + model)
            .addTaskBundles(BUNDLE)
            .addAllTasks(TASKS)
            .build();
    return farm.jobs()
        .submitEvaluation(
            SubmitEvaluationRequest.newBuilder()
                .setEvaluation(evaluation)
                .setRequestId("demo-evaluation-" + model)
                .putLabels("demo", "facts")
                .build())
        .getId();
  }

  /** Watches jobs to their ends; all must succeed. */
  private Map<String, Job> finish(Map<String, String> ids) {
    Map<String, Job> jobs = new LinkedHashMap<>();
    ids.forEach(
        (name, id) -> {
          Job last = Job.getDefaultInstance();
          var events = farm.watching().watchJob(WatchJobRequest.newBuilder().setId(id).build());
          while (events.hasNext()) {
            last = events.next().getJob();
          }
          if (last.getState() != JobState.JOB_STATE_SUCCEEDED) {
            throw new MergefarmException(
                ErrorCode.INTERNAL,
                "%s ended as %s: %s"
                    .formatted(
                        name,
                        last.getState(),
                        String.join("; ", FarmFailure.describe(last.getError()))));
          }
          jobs.put(name, last);
        });
    return jobs;
  }

  private void step(String what, long startNanos) {
    out.printf("%-52s %s%n", what, Units.time(Duration.ofNanos(System.nanoTime() - startNanos)));
    out.flush();
  }
}
