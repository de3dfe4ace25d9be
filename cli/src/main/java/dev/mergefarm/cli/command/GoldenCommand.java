package dev.mergefarm.cli.command;

import dev.mergefarm.cli.ExitCode;
import dev.mergefarm.cli.local.Folders;
import dev.mergefarm.merge.golden.GoldenFolder;
import dev.mergefarm.merge.golden.GoldenOutcome;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs a folder of goldens. */
@Command(
    name = "golden",
    mixinStandardHelpOptions = true,
    description =
        "Merges every case of a folder of the reference program's answers and compares: one line per case with its tolerance class.")
final class GoldenCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Parameters(
      index = "0",
      paramLabel = "DIR",
      description = "A folder with cases/NAME/config.yml, case.json and expected/.")
  private Path folder;

  @Parameters(
      index = "1..*",
      arity = "0..*",
      paramLabel = "NAME",
      description = "Only these cases. Default: all.")
  private List<String> names = List.of();

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    GoldenFolder goldens = new GoldenFolder(folder);
    List<String> cases = names.isEmpty() ? goldens.cases() : names;
    int failed = 0;
    for (String name : cases) {
      Path output = Files.createTempDirectory("mergefarm-golden");
      try {
        GoldenOutcome outcome =
            goldens.run(name, output, Runtime.getRuntime().availableProcessors());
        failed += outcome.mismatch().isPresent() ? 1 : 0;
        out.printf(
            "%-36s %-10s %4d tensors  %s%n",
            name,
            outcome.tolerance(),
            outcome.tensors(),
            outcome.mismatch().map(reason -> "FAILED: " + reason).orElse("ok"));
        out.flush();
      } finally {
        Folders.removeTree(output);
      }
    }
    out.printf("%d of %d cases agree%n", cases.size() - failed, cases.size());
    out.flush();
    return failed == 0 ? ExitCode.SUCCESS.number() : ExitCode.FAILURE.number();
  }
}
