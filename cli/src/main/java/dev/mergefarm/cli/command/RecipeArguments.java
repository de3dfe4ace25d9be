package dev.mergefarm.cli.command;

import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** A recipe, and the folder that its result goes into on this machine. */
final class RecipeArguments {

  @Spec(Spec.Target.MIXEE)
  private CommandSpec mixee;

  @Parameters(index = "0", paramLabel = "FILE", description = "The recipe's YAML.")
  private Path file;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "DIR",
      description = "Same as --out, as mergekit's users write it.")
  private Path positional;

  @Option(
      names = {"--out", "--out-path"},
      paramLabel = "DIR",
      description = "A new folder for the result.")
  private Path option;

  Path file() {
    return file;
  }

  Path folder() {
    if (option == null && positional == null) {
      throw new ParameterException(
          mixee.commandLine(), "a folder for the result is needed: --out DIR");
    }
    return option != null ? option : positional;
  }
}
