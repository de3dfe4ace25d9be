package dev.mergefarm.cli.command;

import dev.mergefarm.cli.connection.FarmConnection;
import dev.mergefarm.cli.connection.Uploads;
import dev.mergefarm.cli.local.ModelFolder;
import dev.mergefarm.cli.output.Json;
import dev.mergefarm.cli.output.ProgressLine;
import dev.mergefarm.cli.output.Table;
import dev.mergefarm.cli.output.Units;
import dev.mergefarm.proto.v1.DeleteModelRequest;
import dev.mergefarm.proto.v1.ListModelsRequest;
import dev.mergefarm.proto.v1.ListModelsResponse;
import dev.mergefarm.proto.v1.Model;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.SortedMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The models in a farm's store. */
@Command(
    name = "model",
    subcommands = {ModelGetCommand.class, ModelPushCommand.class, ModelLogitsCommand.class},
    description = "Lists, shows, stores, fetches and removes a farm's models, and publishes them.")
final class ModelCommand {

  @Spec private CommandSpec spec;

  @Command(name = "list", mixinStandardHelpOptions = true, description = "Models by name.")
  int list(@Mixin FarmOptions farmOptions, @Mixin OutputOptions output) {
    try (FarmConnection farm = farmOptions.connect()) {
      Table table = new Table("MODEL", "ARCHITECTURE", "PARAMETERS", "TYPES", "SIZE", "JOB");
      String page = "";
      do {
        ListModelsResponse answer =
            farm.models().listModels(ListModelsRequest.newBuilder().setPageToken(page).build());
        for (Model model : answer.getModelsList()) {
          if (output.json()) {
            output.out(spec).println(Json.line(model));
          }
          table.row(
              model.getReference(),
              model.getArchitecture(),
              Long.toString(model.getParameters()),
              String.join(",", model.getDataTypesList()),
              Units.bytes(model.getBytes()),
              model.getJobId());
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

  @Command(
      name = "put",
      mixinStandardHelpOptions = true,
      description = "Stores a folder with config.json and weights as a model.")
  int put(
      @Mixin FarmOptions farmOptions,
      @Mixin OutputOptions output,
      @Parameters(paramLabel = "DIR") Path folder,
      @Parameters(
              paramLabel = "MODEL",
              arity = "0..1",
              description = "Default: models/ and the folder's name.")
          String reference)
      throws IOException, InterruptedException {
    SortedMap<String, Path> files = ModelFolder.files(folder);
    String name =
        reference != null
            ? reference
            : "models/" + folder.toAbsolutePath().normalize().getFileName();
    long total = 0;
    for (Path file : files.values()) {
      total += Files.size(file);
    }
    long bytes = total;
    try (FarmConnection farm = farmOptions.connect();
        ProgressLine line = ProgressLine.forThisProcess(spec.commandLine().getErr(), name)) {
      long[] done = {0};
      Model model =
          Uploads.putModel(
              farm,
              name,
              files,
              sent -> {
                done[0] += sent;
                line.show("store", done[0], bytes, Units.bytes(done[0]), Optional.empty());
              });
      line.clear();
      ModelReport.print(model, output, spec);
      return 0;
    }
  }

  @Command(name = "delete", mixinStandardHelpOptions = true, description = "Removes a model.")
  int delete(
      @Mixin FarmOptions farmOptions,
      @Parameters(paramLabel = "MODEL", description = "As in models/name.") String reference) {
    try (FarmConnection farm = farmOptions.connect()) {
      farm.models().deleteModel(DeleteModelRequest.newBuilder().setReference(reference).build());
      return 0;
    }
  }
}
