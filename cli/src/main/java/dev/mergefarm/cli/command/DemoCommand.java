package dev.mergefarm.cli.command;

import dev.mergefarm.cli.connection.FarmAddress;
import dev.mergefarm.cli.connection.FarmConnection;
import dev.mergefarm.cli.demo.FactsDemo;
import dev.mergefarm.cli.local.FarmProcess;
import dev.mergefarm.cli.local.Folders;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows the main job end to end: farm, models, merges, evaluations, a table. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    description =
        "Starts a farm, merges two small specialists in four ways, scores them, prints the table.")
final class DemoCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Option(
      names = "--keep",
      paramLabel = "DIR",
      description =
          "Keep the farm's data in this new folder; 'mergefarm up --data DIR' goes on with it.")
  private Path keep;

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    Path facts = Path.of(System.getProperty("mergefarm.root", "."), "examples", "facts");
    Path data = keep != null ? keep.toAbsolutePath() : Files.createTempDirectory("mergefarm-demo-");
    Files.createDirectories(data);
    int port = freePort();
    List<String> arguments = List.of("--data", data.toString(), "--port", Integer.toString(port));
    Path log = data.resolve("farm.log");
    try (FarmProcess process = FarmProcess.start(arguments, log);
        FarmConnection farm =
            FarmConnection.open(
                new FarmAddress("localhost", port, false), Duration.ofSeconds(30))) {
      boolean good = new FactsDemo(farm, facts, out).run(process, log);
      return good ? 0 : 1;
    } finally {
      if (keep == null) {
        Folders.removeTree(data);
      } else {
        out.println("The farm's data is kept: mergefarm up --data " + data);
        out.flush();
      }
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
