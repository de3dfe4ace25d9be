package dev.mergefarm.cli.command;

import dev.mergefarm.cli.ExitCode;
import dev.mergefarm.cli.connection.FarmConnection;
import dev.mergefarm.cli.connection.FarmFailure;
import dev.mergefarm.cli.graph.GraphFarm;
import dev.mergefarm.cli.graph.GraphRun;
import dev.mergefarm.cli.graph.GraphStep;
import dev.mergefarm.cli.graph.StepOutcome;
import dev.mergefarm.cli.output.Json;
import dev.mergefarm.cli.output.ProgressLine;
import dev.mergefarm.proto.v1.Job;
import dev.mergefarm.proto.v1.MergeOptions;
import dev.mergefarm.proto.v1.MergeRequest;
import dev.mergefarm.proto.v1.SubmitMergeRequest;
import dev.mergefarm.proto.v1.WatchJobRequest;
import io.grpc.StatusRuntimeException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Consumer;

/**
 * Runs a file with several recipes as jobs of a farm, from here: a job is submitted once those that
 * it needs are done. Each has a request id made from the graph's, so that a command that was broken
 * off finds its jobs again when it is repeated.
 */
final class GraphSubmission implements GraphFarm {

  private final FarmConnection farm;
  private final MergeOptions options;
  private final Map<String, String> labels;
  private final String requestId;
  private final List<GraphStep> steps;

  /**
   * @param requestId of the graph; each step's is made from it and the step's number
   */
  GraphSubmission(
      FarmConnection farm,
      MergeOptions options,
      Map<String, String> labels,
      String requestId,
      List<GraphStep> steps) {
    this.farm = farm;
    this.options = options;
    this.labels = labels;
    this.requestId = requestId;
    this.steps = steps;
  }

  @Override
  public Job submit(GraphStep step) {
    return farm.jobs()
        .submitMerge(
            SubmitMergeRequest.newBuilder()
                .setMerge(
                    MergeRequest.newBuilder()
                        .setRecipe(step.recipe())
                        .setOutput(step.output())
                        .setOptions(options))
                .setRequestId(requestId + "-" + (steps.indexOf(step) + 1))
                .putAllLabels(labels)
                .putLabels("graph", requestId)
                .build())
        .getJob();
  }

  @Override
  public Job follow(String jobId, Consumer<Job> listener) {
    Job last = Job.getDefaultInstance();
    var events = farm.watching().watchJob(WatchJobRequest.newBuilder().setId(jobId).build());
    while (events.hasNext()) {
      last = events.next().getJob();
      listener.accept(last);
    }
    return last;
  }

  /** Runs the graph, shows how it goes, and answers with the exit code. */
  int run(PrintWriter out, PrintWriter err, boolean json) {
    SequencedMap<GraphStep, StepOutcome> outcomes;
    try (ProgressLine line = ProgressLine.forThisProcess(err, steps.size() + " merges")) {
      GraphProgress progress = new GraphProgress(line, steps);
      outcomes = new GraphRun(this, progress).run(steps);
    }
    ExitCode code = ExitCode.SUCCESS;
    for (Map.Entry<GraphStep, StepOutcome> entry : outcomes.entrySet()) {
      ExitCode ending = print(entry.getKey(), entry.getValue(), out, err, json);
      code = code == ExitCode.SUCCESS ? ending : code;
    }
    out.flush();
    err.flush();
    return code.number();
  }

  private static ExitCode print(
      GraphStep step, StepOutcome outcome, PrintWriter out, PrintWriter err, boolean json) {
    return switch (outcome) {
      case StepOutcome.Ended ended -> {
        if (json) {
          out.println(Json.line(ended.job()));
        } else {
          out.print(step.name() + ": ");
          new JobReport(out, err, false).print(ended.job());
        }
        yield JobReport.exitCode(ended.job());
      }
      case StepOutcome.Skipped skipped -> {
        err.printf(
            "mergefarm: error: %s was not merged, since %s has no result%n",
            step.name(), skipped.needed());
        yield ExitCode.FAILURE;
      }
      case StepOutcome.Refused refused -> refused(step, refused.failure(), err);
    };
  }

  private static ExitCode refused(GraphStep step, RuntimeException failure, PrintWriter err) {
    if (failure instanceof StatusRuntimeException status) {
      FarmFailure reason = FarmFailure.of(status);
      reason.lines().forEach(line -> err.println("mergefarm: " + step.name() + ": " + line));
      return ExitCode.of(reason.status());
    }
    throw failure;
  }
}
