package dev.mergefarm.cli.command;

import dev.mergefarm.cli.ExitCode;
import dev.mergefarm.cli.connection.FarmConnection;
import dev.mergefarm.cli.connection.FarmFailure;
import dev.mergefarm.cli.output.JobTimes;
import dev.mergefarm.cli.output.Json;
import dev.mergefarm.cli.output.ProgressLine;
import dev.mergefarm.cli.output.ScoreTable;
import dev.mergefarm.cli.output.Units;
import dev.mergefarm.proto.v1.Job;
import dev.mergefarm.proto.v1.JobEvent;
import dev.mergefarm.proto.v1.JobKind;
import dev.mergefarm.proto.v1.JobProgress;
import dev.mergefarm.proto.v1.JobState;
import dev.mergefarm.proto.v1.MergeResult;
import dev.mergefarm.proto.v1.Problem;
import dev.mergefarm.proto.v1.WatchJobRequest;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/** Follows jobs and prints them. */
final class JobReport {

  private final PrintWriter out;
  private final PrintWriter err;
  private final boolean json;

  JobReport(PrintWriter out, PrintWriter err, boolean json) {
    this.out = out;
    this.err = err;
    this.json = json;
  }

  /** Watches a job to its end, prints how it ended, and answers with the exit code. */
  int follow(FarmConnection farm, String jobId, long fromEvent) {
    Job last = Job.getDefaultInstance();
    try (ProgressLine line = ProgressLine.forThisProcess(err, jobId)) {
      var events =
          farm.watching()
              .watchJob(
                  WatchJobRequest.newBuilder().setId(jobId).setFromEventNumber(fromEvent).build());
      while (events.hasNext()) {
        JobEvent event = events.next();
        last = event.getJob();
        if (json) {
          out.println(Json.line(event));
          out.flush();
        } else {
          show(line, last);
        }
      }
    }
    if (!json) {
      print(last);
    }
    return exitCode(last).number();
  }

  private static void show(ProgressLine line, Job job) {
    JobProgress progress = job.getProgress();
    boolean running = job.getState() == JobState.JOB_STATE_RUNNING && job.hasProgress();
    if (!running) {
      line.show(stateName(job.getState()), 0, 0, attemptNote(job), Optional.empty());
      return;
    }
    boolean byBytes = progress.getBytesTotal() > 0;
    long done = byBytes ? progress.getBytesDone() : progress.getItemsDone();
    long total = byBytes ? progress.getBytesTotal() : progress.getItemsTotal();
    line.show(progress.getStage(), done, total, detail(job.getKind(), progress), left(progress));
  }

  private static String attemptNote(Job job) {
    return job.getAttempt() > 1 ? "attempt " + job.getAttempt() : "";
  }

  private static String detail(JobKind kind, JobProgress progress) {
    String work = kind == JobKind.JOB_KIND_MERGE ? "tensors" : "requests";
    String items = progress.getStage().equals("mirror") ? "files" : work;
    String count = "%d/%d %s".formatted(progress.getItemsDone(), progress.getItemsTotal(), items);
    if (progress.getRate() <= 0) {
      return count;
    }
    return progress.getBytesTotal() > 0
        ? count + ", " + Units.bytes(progress.getRate()) + "/s"
        : count + String.format(Locale.ROOT, ", %.0f/s", progress.getRate());
  }

  private static Optional<Duration> left(JobProgress progress) {
    return progress.hasTimeLeft()
        ? Optional.of(Units.of(progress.getTimeLeft()))
        : Optional.empty();
  }

  /** A job for a person: one line, its warnings, and its result or its error. */
  void print(Job job) {
    if (json) {
      out.println(Json.pretty(job));
      out.flush();
      return;
    }
    out.printf(
        "%s  %s  %s%s%s%n",
        job.getId(),
        kindName(job.getKind()),
        stateName(job.getState()),
        job.getAttempt() > 1 ? "  " + job.getAttempt() + " attempts" : "",
        JobTimes.running(job).map(time -> "  in " + Units.time(time)).orElse(""));
    for (Problem warning : job.getWarningsList()) {
      String where = warning.getPath().isEmpty() ? "" : warning.getPath() + ": ";
      err.println("mergefarm: warning: " + where + warning.getMessage());
    }
    if (job.hasError()) {
      FarmFailure.describe(job.getError()).forEach(line -> err.println("mergefarm: " + line));
    }
    if (job.hasMergeResult()) {
      print(job.getMergeResult());
    }
    if (job.hasEvaluationResult()) {
      ScoreTable.of(job.getEvaluationResult().getTasksList()).print(out);
    }
    out.flush();
    err.flush();
  }

  private void print(MergeResult result) {
    out.printf(
        "%s  %d tensors, %s read, %s written%s%n",
        result.getModel(),
        result.getTensors(),
        Units.bytes(result.getBytesRead()),
        Units.bytes(result.getBytesWritten()),
        result.getShardsKept() > 0
            ? ", " + result.getShardsKept() + " shards kept from an earlier attempt"
            : "");
    if (!result.getDevice().isEmpty()) {
      err.println("mergefarm: merged on " + result.getDevice());
    }
  }

  static String stateName(JobState state) {
    return state.name().replace("JOB_STATE_", "");
  }

  static String kindName(JobKind kind) {
    return kind.name().replace("JOB_KIND_", "").toLowerCase(Locale.ROOT);
  }

  static ExitCode exitCode(Job job) {
    return switch (job.getState()) {
      case JOB_STATE_SUCCEEDED -> ExitCode.SUCCESS;
      case JOB_STATE_CANCELLED -> ExitCode.CANCELLED;
      case JOB_STATE_FAILED,
          JOB_STATE_QUEUED,
          JOB_STATE_RUNNING,
          JOB_STATE_CANCELLING,
          JOB_STATE_UNSPECIFIED,
          UNRECOGNIZED ->
          ExitCode.FAILURE;
    };
  }
}
