package dev.mergefarm.cli.command;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * Stands in the help for what the launcher does itself: tests are run by the build, before there is
 * a command line to run.
 */
@Command(
    name = "test",
    description = "Builds everything and runs every test (from a checkout, through ./mergefarm).")
final class TestCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    spec.commandLine().getErr().println("mergefarm: tests run from a checkout: ./mergefarm test");
    return 2;
  }
}
