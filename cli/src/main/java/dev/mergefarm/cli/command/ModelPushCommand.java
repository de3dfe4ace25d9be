package dev.mergefarm.cli.command;

import dev.mergefarm.cli.connection.FarmConnection;
import dev.mergefarm.cli.connection.ModelDownload;
import dev.mergefarm.cli.local.Folders;
import dev.mergefarm.cli.local.HubPush;
import dev.mergefarm.cli.local.Interruption;
import dev.mergefarm.cli.local.LocalModels;
import dev.mergefarm.cli.output.Json;
import dev.mergefarm.cli.output.ProgressLine;
import dev.mergefarm.cli.output.RateMeter;
import dev.mergefarm.cli.output.Units;
import dev.mergefarm.proto.v1.GetModelRequest;
import dev.mergefarm.proto.v1.Model;
import dev.mergefarm.storage.hub.HubUpload;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Publishes a model on the hub. */
@Command(
    name = "push",
    mixinStandardHelpOptions = true,
    description =
        "Uploads a folder or a farm's model, with its card, to the hub as one commit. Needs HF_TOKEN.")
final class ModelPushCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;
  @Mixin private FarmOptions farmOptions;
  @Mixin private OutputOptions output;

  @Parameters(
      index = "0",
      paramLabel = "MODEL|DIR",
      description = "A folder here, or else a farm's model as in models/name.")
  private String source;

  @Parameters(
      index = "1",
      paramLabel = "ORG/NAME",
      description = "The hub's repository; made when it does not exist.")
  private String repository;

  @Option(names = "--private", description = "Make a repository that only its owners see.")
  private boolean hidden;

  @Option(
      names = "--revision",
      paramLabel = "BRANCH",
      defaultValue = "main",
      description = "The branch to commit to. Default: ${DEFAULT-VALUE}.")
  private String revision;

  @Option(
      names = "--message",
      paramLabel = "TEXT",
      description = "The commit's message. Default: says what is uploaded.")
  private String message;

  @Override
  public Integer call() throws IOException {
    String summary = message != null ? message : "Upload " + source + " with Mergefarm";
    HubUpload.Target target = new HubUpload.Target(repository, revision, hidden, summary);
    if (Files.isDirectory(Path.of(source))) {
      return push(Path.of(source), target);
    }
    Path copy = Files.createTempDirectory("mergefarm-push-");
    try {
      Path model = copy.resolve("model");
      fetch(model);
      return push(model, target);
    } finally {
      Folders.removeTree(copy);
    }
  }

  /** The hub wants digests before the first byte, so a farm's model is fetched whole first. */
  private void fetch(Path folder) throws IOException {
    try (FarmConnection farm = farmOptions.connect();
        ProgressLine line = ProgressLine.forThisProcess(spec.commandLine().getErr(), source)) {
      Model model =
          farm.models().getModel(GetModelRequest.newBuilder().setReference(source).build());
      new ModelDownload(farm, model)
          .into(
              folder,
              done ->
                  line.show("fetch", done, model.getBytes(), Units.bytes(done), Optional.empty()));
    }
  }

  private int push(Path folder, HubUpload.Target target) throws IOException {
    String commit;
    PrintWriter err = spec.commandLine().getErr();
    try (LocalModels models = LocalModels.open();
        Interruption interruption = Interruption.watch();
        ProgressLine line = ProgressLine.forThisProcess(err, repository)) {
      HubPush push = new HubPush(models.hub(), folder);
      push.warnings().forEach(warning -> err.println("mergefarm: warning: " + warning));
      commit = push.to(target, new RateMeter(line)::show, interruption);
    }
    PrintWriter out = output.out(spec);
    out.println(
        output.json()
            ? Json.object(Map.of("repository", repository, "revision", revision, "commit", commit))
            : repository + "@" + commit);
    out.flush();
    return 0;
  }
}
