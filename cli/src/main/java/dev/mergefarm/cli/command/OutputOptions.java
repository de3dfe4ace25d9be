package dev.mergefarm.cli.command;

import java.io.PrintWriter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** How a command prints. */
final class OutputOptions {

  @Option(names = "--json", description = "Print JSON, as the REST API gives it.")
  private boolean json;

  boolean json() {
    return json;
  }

  PrintWriter out(CommandSpec spec) {
    return spec.commandLine().getOut();
  }

  JobReport jobReport(CommandSpec spec) {
    return new JobReport(spec.commandLine().getOut(), spec.commandLine().getErr(), json);
  }
}
