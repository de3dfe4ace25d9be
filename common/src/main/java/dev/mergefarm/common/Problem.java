package dev.mergefarm.common;

import java.util.Objects;
import java.util.Optional;

/**
 * One thing that is wrong with what a user submitted.
 *
 * @param code what kind of problem it is
 * @param severity whether the work can go on
 * @param path where it is: a path into the document such as {@code slices[0].sources[1].model}, a
 *     file name, or a tensor name; empty when it concerns the whole input
 * @param message one sentence naming the value found and what was expected
 * @param suggestion the nearest known spelling, where there is one
 */
public record Problem(
    ErrorCode code, Severity severity, String path, String message, Optional<String> suggestion) {

  /** Whether a problem stops the work. */
  public enum Severity {
    /** The work does not start. */
    ERROR,
    /** The work starts; the user sees the warning in the answer and in the job. */
    WARNING
  }

  public Problem {
    Objects.requireNonNull(code, "code");
    Objects.requireNonNull(severity, "severity");
    Objects.requireNonNull(path, "path");
    Objects.requireNonNull(message, "message");
    Objects.requireNonNull(suggestion, "suggestion");
  }

  /** The problem as one line for a person: where, what, and the nearest spelling. */
  public String describe() {
    String where = path.isEmpty() ? "" : path + ": ";
    return where + message + suggestion.map(name -> " Did you mean '" + name + "'?").orElse("");
  }
}
