package dev.mergefarm.cli.command;

import dev.mergefarm.merge.MergeSettings;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The root of the command tree. */
@Command(
    name = "mergefarm",
    description = "Merges language models and scores them, here or on a farm.",
    mixinStandardHelpOptions = true,
    version = MergeSettings.ENGINE,
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    footerHeading = "%nExit codes:%n",
    footer = {
      "  0  done",
      "  1  the work failed",
      "  2  the command line is wrong",
      "  3  a recipe, task, model or value was refused",
      "  4  something named is not there",
      "  5  the farm, broker or store did not answer",
      "  6  the job was cancelled"
    },
    subcommands = {
      UpCommand.class,
      DemoCommand.class,
      TestCommand.class,
      MergeCommand.class,
      MergeMoeCommand.class,
      MergeRawCommand.class,
      LayershuffleCommand.class,
      ExtractLoraCommand.class,
      GoldenCommand.class,
      EvalCommand.class,
      ValidateCommand.class,
      MethodsCommand.class,
      JobCommand.class,
      ModelCommand.class,
      TaskCommand.class,
      AutoComplete.GenerateCompletion.class,
      CommandLine.HelpCommand.class
    })
public final class MergefarmCommand implements Runnable {

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }
}
