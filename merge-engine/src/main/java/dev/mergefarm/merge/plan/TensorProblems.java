package dev.mergefarm.merge.plan;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problem;
import dev.mergefarm.common.Problems;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Keeps the problems of single tensors readable: of each kind the first few, and a count of the
 * rest.
 */
final class TensorProblems {

  private static final int SHOWN = 5;

  private final Problems problems;
  private final Map<Problem.Severity, Map<ErrorCode, Integer>> counts =
      new EnumMap<>(Problem.Severity.class);

  TensorProblems(Problems problems) {
    this.problems = problems;
    for (Problem.Severity severity : Problem.Severity.values()) {
      counts.put(severity, new EnumMap<>(ErrorCode.class));
    }
  }

  void error(ErrorCode code, String tensor, String message) {
    add(new Problem(code, Problem.Severity.ERROR, tensor, message, Optional.empty()));
  }

  void addAll(List<Problem> found) {
    found.forEach(this::add);
  }

  boolean hasErrors() {
    return !counts.get(Problem.Severity.ERROR).isEmpty();
  }

  private void add(Problem problem) {
    int count = counts.get(problem.severity()).merge(problem.code(), 1, Integer::sum);
    if (count <= SHOWN) {
      problems.add(problem);
    }
  }

  /** Reports how many more there were of each kind. */
  void close() {
    counts.forEach(
        (severity, byCode) ->
            byCode.forEach(
                (code, count) -> {
                  if (count > SHOWN) {
                    problems.add(
                        new Problem(
                            code,
                            severity,
                            "",
                            "The same was found at " + (count - SHOWN) + " more tensors.",
                            Optional.empty()));
                  }
                }));
  }
}
