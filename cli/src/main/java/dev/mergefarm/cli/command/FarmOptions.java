package dev.mergefarm.cli.command;

import dev.mergefarm.cli.connection.FarmAddress;
import dev.mergefarm.cli.connection.FarmConnection;
import java.time.Duration;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Which farm a command talks to. */
final class FarmOptions {

  @Spec(Spec.Target.MIXEE)
  private CommandSpec mixee;

  @Option(
      names = "--farm",
      paramLabel = "ADDRESS",
      description =
          "The farm's gateway as host:port or https://host:port. Default: MERGEFARM_FARM, else localhost:8080.")
  private String farm;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "30",
      description = "How long a call may take; watching has no limit. Default: ${DEFAULT-VALUE}.")
  private int timeoutSeconds;

  /** Whether the user named a farm on the command line. */
  boolean named() {
    return farm != null;
  }

  FarmConnection connect() {
    String text =
        farm != null ? farm : System.getenv().getOrDefault("MERGEFARM_FARM", "localhost:8080");
    try {
      return FarmConnection.open(FarmAddress.parse(text), Duration.ofSeconds(timeoutSeconds));
    } catch (IllegalArgumentException malformed) {
      throw new ParameterException(mixee.commandLine(), malformed.getMessage());
    }
  }
}
