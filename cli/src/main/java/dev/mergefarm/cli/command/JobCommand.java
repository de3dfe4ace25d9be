package dev.mergefarm.cli.command;

import dev.mergefarm.cli.connection.FarmConnection;
import dev.mergefarm.cli.output.JobTimes;
import dev.mergefarm.cli.output.Json;
import dev.mergefarm.cli.output.Table;
import dev.mergefarm.proto.v1.CancelJobRequest;
import dev.mergefarm.proto.v1.GetJobRequest;
import dev.mergefarm.proto.v1.Job;
import dev.mergefarm.proto.v1.ListJobsRequest;
import dev.mergefarm.proto.v1.ListJobsResponse;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Looks at jobs of a farm. */
@Command(
    name = "job",
    subcommands = JobResultsCommand.class,
    description = "Lists, shows, watches and cancels a farm's jobs, and fetches what they left.")
final class JobCommand {

  @Spec private CommandSpec spec;

  @Command(name = "list", mixinStandardHelpOptions = true, description = "Jobs, newest first.")
  int list(
      @Mixin FarmOptions farmOptions,
      @Mixin OutputOptions output,
      @Option(
              names = "--filter",
              defaultValue = "",
              description = "As in 'state = RUNNING AND kind = MERGE AND labels.team = \"x\"'.")
          String filter,
      @Option(names = "--limit", defaultValue = "50", description = "Default: ${DEFAULT-VALUE}.")
          int limit,
      @Option(names = "--page", defaultValue = "", description = "Token of a next page.")
          String page) {
    try (FarmConnection farm = farmOptions.connect()) {
      ListJobsResponse answer =
          farm.jobs()
              .listJobs(
                  ListJobsRequest.newBuilder()
                      .setFilter(filter)
                      .setPageSize(limit)
                      .setPageToken(page)
                      .build());
      if (output.json()) {
        output.out(spec).println(Json.pretty(answer));
      } else {
        jobTable(answer).print(output.out(spec));
        if (!answer.getNextPageToken().isEmpty()) {
          output.out(spec).println("more with --page " + answer.getNextPageToken());
        }
      }
      output.out(spec).flush();
      return 0;
    }
  }

  private static Table jobTable(ListJobsResponse answer) {
    Table table = new Table("ID", "KIND", "STATE", "ATTEMPT", "CREATED", "LABELS");
    for (Job job : answer.getJobsList()) {
      table.row(
          job.getId(),
          JobReport.kindName(job.getKind()),
          JobReport.stateName(job.getState()),
          Integer.toString(job.getAttempt()),
          JobTimes.instant(job.getCreateTime())
              .truncatedTo(java.time.temporal.ChronoUnit.SECONDS)
              .toString(),
          job.getLabelsMap().entrySet().stream()
              .sorted(java.util.Map.Entry.comparingByKey())
              .map(label -> label.getKey() + "=" + label.getValue())
              .collect(Collectors.joining(",")));
    }
    return table;
  }

  @Command(name = "get", mixinStandardHelpOptions = true, description = "One job.")
  int get(
      @Mixin FarmOptions farmOptions,
      @Mixin OutputOptions output,
      @Parameters(paramLabel = "ID") String id) {
    try (FarmConnection farm = farmOptions.connect()) {
      Job job = farm.jobs().getJob(GetJobRequest.newBuilder().setId(id).build());
      output.jobReport(spec).print(job);
      return 0;
    }
  }

  @Command(
      name = "watch",
      mixinStandardHelpOptions = true,
      description = "Follows a job to its end; the exit code says how it ended.")
  int watch(
      @Mixin FarmOptions farmOptions,
      @Mixin OutputOptions output,
      @Parameters(paramLabel = "ID") String id,
      @Option(
              names = "--from",
              defaultValue = "0",
              description = "First event wanted: 1 for the whole history. Default: from now.")
          long fromEvent) {
    try (FarmConnection farm = farmOptions.connect()) {
      return output.jobReport(spec).follow(farm, id, fromEvent);
    }
  }

  @Command(name = "cancel", mixinStandardHelpOptions = true, description = "Asks a job to stop.")
  int cancel(
      @Mixin FarmOptions farmOptions,
      @Mixin OutputOptions output,
      @Parameters(paramLabel = "ID") String id,
      @Option(names = "--reason", defaultValue = "", description = "Shown in the job.")
          String reason) {
    try (FarmConnection farm = farmOptions.connect()) {
      Job job =
          farm.jobs().cancelJob(CancelJobRequest.newBuilder().setId(id).setReason(reason).build());
      output.jobReport(spec).print(job);
      return 0;
    }
  }
}
