package dev.mergefarm.common;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The one exception that engines and services throw for a known failure. It carries the code and
 * the problems; its message is for people only.
 */
public final class MergefarmException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final transient List<Problem> problems;
  private final ErrorCode code;

  public MergefarmException(ErrorCode code, String message) {
    this(code, message, null);
  }

  public MergefarmException(ErrorCode code, String message, Throwable cause) {
    super(message, cause);
    this.code = code;
    this.problems =
        List.of(new Problem(code, Problem.Severity.ERROR, "", message, Optional.empty()));
  }

  /**
   * @param problems at least one error; warnings may be among them
   */
  public MergefarmException(List<Problem> problems) {
    super(summary(problems));
    this.problems = List.copyOf(problems);
    this.code = errors(problems).getFirst().code();
  }

  /** The code of the failure; of several errors, the first one's. */
  public ErrorCode code() {
    return code;
  }

  /** Every problem found, in order. */
  public List<Problem> problems() {
    return problems;
  }

  private static List<Problem> errors(List<Problem> problems) {
    return problems.stream().filter(p -> p.severity() == Problem.Severity.ERROR).toList();
  }

  private static String summary(List<Problem> problems) {
    List<Problem> errors = errors(problems);
    if (errors.isEmpty()) {
      throw new IllegalArgumentException("problems must hold at least one error");
    }
    return errors.stream().map(Problem::describe).collect(Collectors.joining("\n"));
  }
}
