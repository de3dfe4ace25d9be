package dev.mergefarm.cli.command;

import dev.mergefarm.common.Problem;

/** A problem of a task file as one line. */
final class TaskProblem {

  private TaskProblem() {}

  static boolean isError(Problem problem) {
    return problem.severity() == Problem.Severity.ERROR;
  }

  static String line(Problem problem) {
    String kind =
        switch (problem.severity()) {
          case ERROR -> "error";
          case WARNING -> "warning";
        };
    return kind + ": " + problem.describe();
  }
}
