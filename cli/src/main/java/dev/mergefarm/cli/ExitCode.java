package dev.mergefarm.cli;

import dev.mergefarm.common.StatusKind;

/** What the process tells its caller; documented in {@code docs/command-line.md}. */
public enum ExitCode {
  SUCCESS(0, "Done."),
  FAILURE(1, "The work failed, or a defect was met."),
  USAGE(2, "The command line itself is wrong."),
  INVALID_INPUT(3, "A recipe, a task, a model or a value was refused; every problem is listed."),
  NOT_FOUND(4, "A job, a model or a file that was named is not there."),
  UNAVAILABLE(5, "The farm, the broker or the store did not answer in time."),
  CANCELLED(6, "The job was cancelled.");

  private final int number;
  private final String meaning;

  ExitCode(int number, String meaning) {
    this.number = number;
    this.meaning = meaning;
  }

  public int number() {
    return number;
  }

  public String meaning() {
    return meaning;
  }

  /** The exit code of a command that ended with this status. */
  public static ExitCode of(StatusKind status) {
    return switch (status) {
      case INVALID_ARGUMENT,
          FAILED_PRECONDITION,
          ALREADY_EXISTS,
          RESOURCE_EXHAUSTED,
          UNIMPLEMENTED ->
          INVALID_INPUT;
      case NOT_FOUND -> NOT_FOUND;
      case UNAVAILABLE, DEADLINE_EXCEEDED -> UNAVAILABLE;
      case CANCELLED -> CANCELLED;
      case ABORTED, DATA_LOSS, INTERNAL -> FAILURE;
    };
  }
}
