package dev.mergefarm.cli.command;

import dev.mergefarm.cli.local.FarmProcess;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs a whole farm in the foreground. */
@Command(
    name = "up",
    mixinStandardHelpOptions = true,
    description =
        "Runs a whole farm here: gateway, workers, broker and store, until it is stopped.")
final class UpCommand implements Callable<Integer> {

  @Option(
      names = "--data",
      paramLabel = "DIR",
      defaultValue = "mergefarm-data",
      description = "Where jobs and models are kept. Default: ${DEFAULT-VALUE}.")
  private Path data;

  @Option(
      names = "--port",
      defaultValue = "8080",
      description = "Of gRPC, REST, health and metrics together. Default: ${DEFAULT-VALUE}.")
  private int port;

  @Option(
      names = "--store",
      defaultValue = "local",
      description = "local (a folder) or s3 (an embedded S3 server). Default: ${DEFAULT-VALUE}.")
  private String store;

  @Option(names = "--merge-slots", defaultValue = "1", description = "Merges at a time.")
  private int mergeSlots;

  @Option(names = "--eval-slots", defaultValue = "1", description = "Evaluations at a time.")
  private int evalSlots;

  @Override
  public Integer call() throws Exception {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--data", data.toAbsolutePath().toString(),
                "--port", Integer.toString(port),
                "--store", store,
                "--merge-slots", Integer.toString(mergeSlots),
                "--eval-slots", Integer.toString(evalSlots)));
    try (FarmProcess farm = FarmProcess.start(arguments, null)) {
      return farm.await();
    }
  }
}
