package dev.mergefarm.cli;

import dev.mergefarm.cli.connection.FarmFailure;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problem;
import dev.mergefarm.common.StatusKind;
import io.grpc.StatusRuntimeException;
import java.io.PrintWriter;
import java.nio.file.NoSuchFileException;
import picocli.CommandLine;

/** Turns what a command threw into lines for a person and an exit code; never a stack trace. */
final class FailureReporter implements CommandLine.IExecutionExceptionHandler {

  @Override
  public int handleExecutionException(
      Exception failure, CommandLine commandLine, CommandLine.ParseResult parsed) {
    PrintWriter err = commandLine.getErr();
    return switch (failure) {
      case MergefarmException known -> {
        report(err, known);
        yield ExitCode.of(known.code().status()).number();
      }
      case StatusRuntimeException refused -> {
        FarmFailure farmFailure = FarmFailure.of(refused);
        farmFailure.lines().forEach(line -> err.println("mergefarm: " + line));
        yield ExitCode.of(farmFailure.status()).number();
      }
      case NoSuchFileException missing -> {
        err.println("mergefarm: there is no file " + missing.getFile());
        yield ExitCode.of(StatusKind.NOT_FOUND).number();
      }
      case java.io.IOException inputOutput -> {
        err.println("mergefarm: " + inputOutput.getMessage());
        yield ExitCode.FAILURE.number();
      }
      case InterruptedException interrupted -> ExitCode.CANCELLED.number();
      default -> {
        err.println("mergefarm: this is a defect, please report it: " + failure);
        if (System.getenv("MERGEFARM_LOG") != null) {
          failure.printStackTrace(err);
        } else {
          err.println("mergefarm: MERGEFARM_LOG=info shows where it happened.");
        }
        yield ExitCode.FAILURE.number();
      }
    };
  }

  static int reportUsage(CommandLine.ParameterException failure, String[] arguments) {
    CommandLine commandLine = failure.getCommandLine();
    PrintWriter err = commandLine.getErr();
    err.println("mergefarm: " + failure.getMessage());
    CommandLine.UnmatchedArgumentException.printSuggestions(failure, err);
    err.println("Try 'mergefarm " + pathOf(commandLine) + "--help'.");
    return ExitCode.USAGE.number();
  }

  private static String pathOf(CommandLine commandLine) {
    String path = "";
    for (CommandLine at = commandLine; at.getParent() != null; at = at.getParent()) {
      path = at.getCommandName() + " " + path;
    }
    return path;
  }

  private static void report(PrintWriter err, MergefarmException failure) {
    for (Problem problem : failure.problems()) {
      String kind =
          switch (problem.severity()) {
            case ERROR -> "error";
            case WARNING -> "warning";
          };
      err.println("mergefarm: " + kind + ": " + problem.describe());
    }
    err.println("mergefarm: " + failure.code() + ": " + failure.code().hint());
  }
}
