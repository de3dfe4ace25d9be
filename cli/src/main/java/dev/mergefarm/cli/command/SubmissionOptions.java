package dev.mergefarm.cli.command;

import dev.mergefarm.cli.connection.FarmConnection;
import dev.mergefarm.proto.v1.Job;
import java.util.Map;
import picocli.CommandLine.Option;

/** How a job is handed to a farm, whatever its kind. */
final class SubmissionOptions {

  @Option(
      names = "--label",
      paramLabel = "KEY=VALUE",
      description = "On a farm: labels of the job.")
  private Map<String, String> labels = Map.of();

  @Option(
      names = "--request-id",
      defaultValue = "",
      description = "On a farm: a repeat with the same id attaches to the first one's job.")
  private String requestId;

  @Option(names = "--detach", description = "On a farm: do not wait for the job's end.")
  private boolean detach;

  Map<String, String> labels() {
    return labels;
  }

  String requestId() {
    return requestId;
  }

  boolean detached() {
    return detach;
  }

  /** Shows a job as it was accepted, or follows it to its end; answers with the exit code. */
  int report(FarmConnection farm, Job job, JobReport report) {
    if (detach) {
      report.print(job);
      return 0;
    }
    return report.follow(farm, job.getId(), 0);
  }
}
