package dev.mergefarm.cli;

import dev.mergefarm.cli.command.MergefarmCommand;
import picocli.CommandLine;

/** Entry point of the {@code mergefarm} command. */
public final class Main {

  private Main() {}

  public static void main(String[] arguments) {
    QuietLogging.configure();
    System.exit(commandLine().execute(arguments));
  }

  /** The whole command tree with its error handling; a new one for each execution. */
  static CommandLine commandLine() {
    CommandLine commandLine = new CommandLine(new MergefarmCommand());
    commandLine.setExecutionExceptionHandler(new FailureReporter());
    commandLine.setParameterExceptionHandler(FailureReporter::reportUsage);
    commandLine.setCaseInsensitiveEnumValuesAllowed(true);
    commandLine.setUsageHelpWidth(100);
    return commandLine;
  }
}
