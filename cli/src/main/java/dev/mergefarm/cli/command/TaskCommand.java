package dev.mergefarm.cli.command;

import dev.mergefarm.cli.ExitCode;
import dev.mergefarm.cli.connection.FarmConnection;
import dev.mergefarm.cli.connection.Uploads;
import dev.mergefarm.cli.local.TaskCheck;
import dev.mergefarm.cli.local.TaskFolder;
import dev.mergefarm.cli.output.Json;
import dev.mergefarm.cli.output.Table;
import dev.mergefarm.cli.output.Units;
import dev.mergefarm.eval.template.TemplateTable;
import dev.mergefarm.proto.v1.GetTaskBundleRequest;
import dev.mergefarm.proto.v1.ListTaskBundlesRequest;
import dev.mergefarm.proto.v1.ListTaskBundlesResponse;
import dev.mergefarm.proto.v1.Problem;
import dev.mergefarm.proto.v1.TaskBundle;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The task bundles in a farm's store. */
@Command(name = "task", description = "Checks and stores folders of tasks on a farm.")
final class TaskCommand {

  @Spec private CommandSpec spec;

  @Command(
      name = "import",
      mixinStandardHelpOptions = true,
      description = "Checks a folder of task files and stores it with the data they name.")
  int importFolder(
      @Mixin FarmOptions farmOptions,
      @Mixin OutputOptions output,
      @Parameters(paramLabel = "DIR") Path folder,
      @Parameters(
              paramLabel = "BUNDLE",
              arity = "0..1",
              description = "Default: tasks/ and the folder's name.")
          String reference)
      throws IOException, InterruptedException {
    String name =
        reference != null
            ? reference
            : "tasks/" + folder.toAbsolutePath().normalize().getFileName();
    try (FarmConnection farm = farmOptions.connect()) {
      print(Uploads.importTasks(farm, name, TaskFolder.files(folder, Path.of(""))), output);
      return 0;
    }
  }

  @Command(
      name = "validate",
      mixinStandardHelpOptions = true,
      description =
          "Checks task files without a model: every problem of every task, with the nearest spelling.")
  int validate(
      @Parameters(paramLabel = "DIR|FILE", description = "Folder of task files, or one of them.")
          Path place,
      @Option(
              names = "--task",
              paramLabel = "NAME",
              split = ",",
              description = "Only these tasks, groups or tags. Default: all.")
          List<String> names,
      @Option(
              names = "--documents",
              paramLabel = "N",
              defaultValue = "10",
              description = "Documents of each task that are rendered. Default: ${DEFAULT-VALUE}.")
          int documents,
      @Option(
              names = "--without-data",
              description = "Look at the definitions alone, where data is elsewhere.")
          boolean withoutData) {
    if (documents < 1) {
      throw new ParameterException(spec.commandLine(), "--documents must be 1 or more");
    }
    TaskCheck.Report report =
        new TaskCheck(place).run(names == null ? List.of() : names, documents, !withoutData);
    PrintWriter out = spec.commandLine().getOut();
    report.problems().forEach(problem -> out.println(TaskProblem.line(problem)));
    out.printf(
        "%d tasks, %d errors, %d warnings%n",
        report.tasks().size(),
        report.problems().stream().filter(TaskProblem::isError).count(),
        report.problems().stream().filter(problem -> !TaskProblem.isError(problem)).count());
    out.flush();
    return report.hasErrors() ? ExitCode.INVALID_INPUT.number() : ExitCode.SUCCESS.number();
  }

  @Command(name = "list", mixinStandardHelpOptions = true, description = "Bundles by name.")
  int list(@Mixin FarmOptions farmOptions, @Mixin OutputOptions output) {
    try (FarmConnection farm = farmOptions.connect()) {
      Table table = new Table("BUNDLE", "TASKS", "SIZE");
      String page = "";
      do {
        ListTaskBundlesResponse answer =
            farm.tasks()
                .listTaskBundles(ListTaskBundlesRequest.newBuilder().setPageToken(page).build());
        for (TaskBundle bundle : answer.getBundlesList()) {
          if (output.json()) {
            output.out(spec).println(Json.line(bundle));
          }
          table.row(
              bundle.getReference(),
              String.join(",", bundle.getTasksList()),
              Units.bytes(bundle.getBytes()));
        }
        page = answer.getNextPageToken();
      } while (!page.isEmpty());
      if (!output.json()) {
        table.print(output.out(spec));
      }
      output.out(spec).flush();
      return 0;
    }
  }

  @Command(name = "show", mixinStandardHelpOptions = true, description = "One bundle.")
  int show(
      @Mixin FarmOptions farmOptions,
      @Mixin OutputOptions output,
      @Parameters(paramLabel = "BUNDLE", description = "As in tasks/name.") String reference) {
    try (FarmConnection farm = farmOptions.connect()) {
      print(
          farm.tasks()
              .getTaskBundle(GetTaskBundleRequest.newBuilder().setReference(reference).build()),
          output);
      return 0;
    }
  }

  @Command(
      name = "templates",
      mixinStandardHelpOptions = true,
      description = "Renders a table of templates and prints each difference from what it expects.")
  int templates(
      @Option(
              names = "--now",
              paramLabel = "TIME",
              description = "The time that templates see, as 2026-01-31T12:00:00Z. Default: now.")
          Instant now,
      @Option(names = "--json", description = "Print each difference as one line of JSON.")
          boolean json,
      @Parameters(
              paramLabel = "FILE",
              description = "JSON with doc, cctx, cctx2, and cases of k, t, and ok or err.")
          Path file)
      throws IOException {
    TemplateTable table = TemplateTable.parse(Files.readString(file));
    Clock clock = now == null ? Clock.systemDefaultZone() : Clock.fixed(now, ZoneOffset.UTC);
    PrintWriter out = spec.commandLine().getOut();
    int different = TemplateReport.print(table, clock, json, out);
    out.flush();
    return different == 0 ? 0 : ExitCode.FAILURE.number();
  }

  private void print(TaskBundle bundle, OutputOptions output) {
    PrintWriter out = output.out(spec);
    if (output.json()) {
      out.println(Json.pretty(bundle));
    } else {
      out.printf(
          "%s  %d tasks: %s  %d files, %s%n",
          bundle.getReference(),
          bundle.getTasksCount(),
          String.join(", ", bundle.getTasksList()),
          bundle.getFilesCount(),
          Units.bytes(bundle.getBytes()));
      for (Problem warning : bundle.getWarningsList()) {
        spec.commandLine()
            .getErr()
            .println("mergefarm: warning: " + warning.getPath() + ": " + warning.getMessage());
      }
    }
    out.flush();
  }
}
