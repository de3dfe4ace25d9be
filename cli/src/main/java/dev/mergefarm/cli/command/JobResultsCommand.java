package dev.mergefarm.cli.command;

import dev.mergefarm.cli.connection.FarmConnection;
import dev.mergefarm.cli.connection.JobFilesDownload;
import dev.mergefarm.cli.output.Json;
import dev.mergefarm.cli.output.Units;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.proto.v1.JobFile;
import dev.mergefarm.proto.v1.ListJobFilesResponse;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Lists or fetches the files that a job left. */
@Command(
    name = "results",
    mixinStandardHelpOptions = true,
    description =
        "The files that a job left: an evaluation's results and samples, a merge's manifest, recipe and card.")
final class JobResultsCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;
  @Mixin private FarmOptions farmOptions;
  @Mixin private OutputOptions output;

  @Parameters(paramLabel = "JOB", description = "The job's id.")
  private String id;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Copy them into this folder. Default: only list them.")
  private Path folder;

  @Override
  public Integer call() throws IOException {
    try (FarmConnection farm = farmOptions.connect()) {
      JobFilesDownload download = new JobFilesDownload(farm, id);
      List<JobFile> files = download.list();
      if (files.isEmpty()) {
        throw new MergefarmException(
            ErrorCode.OBJECT_NOT_FOUND,
            "The job " + id + " has no files; they are there once it has succeeded.");
      }
      if (folder != null) {
        for (JobFile file : files) {
          download.into(folder, file);
        }
      }
      print(files);
    }
    return 0;
  }

  private void print(List<JobFile> files) {
    PrintWriter out = output.out(spec);
    if (output.json()) {
      out.println(Json.pretty(ListJobFilesResponse.newBuilder().addAllFiles(files).build()));
    } else {
      for (JobFile file : files) {
        String place = folder == null ? file.getName() : folder.resolve(file.getName()).toString();
        out.printf("%s  %s%n", place, Units.bytes(file.getBytes()));
      }
    }
    out.flush();
  }
}
