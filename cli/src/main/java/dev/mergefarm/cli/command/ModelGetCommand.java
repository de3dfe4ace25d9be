package dev.mergefarm.cli.command;

import dev.mergefarm.cli.connection.FarmConnection;
import dev.mergefarm.cli.connection.FarmFailure;
import dev.mergefarm.cli.connection.ModelDownload;
import dev.mergefarm.cli.local.HubDownload;
import dev.mergefarm.cli.local.Interruption;
import dev.mergefarm.cli.local.LocalModels;
import dev.mergefarm.cli.output.ProgressLine;
import dev.mergefarm.cli.output.RateMeter;
import dev.mergefarm.cli.output.Units;
import dev.mergefarm.common.StatusKind;
import dev.mergefarm.proto.v1.GetModelRequest;
import dev.mergefarm.proto.v1.Model;
import dev.mergefarm.storage.hub.HubClient;
import dev.mergefarm.storage.model.ModelReference;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows or fetches a model of a farm, or else of the hub. */
@Command(
    name = "get",
    mixinStandardHelpOptions = true,
    description =
        "One model, its files, or a copy of it: from a farm, else org/name[@revision] from the hub.")
final class ModelGetCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;
  @Mixin private FarmOptions farmOptions;
  @Mixin private OutputOptions output;

  @Parameters(paramLabel = "MODEL", description = "As in models/name or org/name@revision.")
  private String reference;

  @Option(names = "--out", paramLabel = "DIR", description = "Copy its files into a new folder.")
  private Path folder;

  @Option(names = "--hub", description = "Ask no farm, only the hub.")
  private boolean onlyHub;

  @Override
  public Integer call() throws IOException {
    Optional<Model> model = onlyHub ? Optional.empty() : fromFarm();
    ModelReport.print(model.isPresent() ? model.get() : fromHub(), output, spec);
    return 0;
  }

  /**
   * Empty where the hub may have what the farm does not, or where no farm was named and none runs.
   */
  private Optional<Model> fromFarm() throws IOException {
    try (FarmConnection farm = farmOptions.connect()) {
      Model model =
          farm.models().getModel(GetModelRequest.newBuilder().setReference(reference).build());
      if (folder != null) {
        try (ProgressLine line = line()) {
          new ModelDownload(farm, model)
              .into(
                  folder,
                  done ->
                      line.show(
                          "fetch", done, model.getBytes(), Units.bytes(done), Optional.empty()));
        }
      }
      return Optional.of(model);
    } catch (StatusRuntimeException refused) {
      StatusKind status = FarmFailure.of(refused).status();
      boolean elsewhere =
          status == StatusKind.NOT_FOUND
              || (status == StatusKind.UNAVAILABLE && !farmOptions.named());
      if (elsewhere && isHubs()) {
        return Optional.empty();
      }
      throw refused;
    }
  }

  private boolean isHubs() {
    String path = new ModelReference(reference).path();
    return HubClient.isRepository(path) && !path.startsWith("models/");
  }

  private Model fromHub() throws IOException {
    try (LocalModels models = LocalModels.open();
        Interruption interruption = Interruption.watch();
        ProgressLine line = line()) {
      HubDownload download = HubDownload.find(models.hub(), new ModelReference(reference));
      if (folder != null) {
        download.into(folder, new RateMeter(line)::show, interruption);
      }
      return download.description();
    }
  }

  private ProgressLine line() {
    return ProgressLine.forThisProcess(spec.commandLine().getErr(), reference);
  }
}
