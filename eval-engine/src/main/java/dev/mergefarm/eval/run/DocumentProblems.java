package dev.mergefarm.eval.run;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problem;
import dev.mergefarm.common.Problems;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Collects what goes wrong with single documents of one task, naming task, field and document. Of
 * each field only the first few are kept: the rest is nearly always the same mistake.
 */
final class DocumentProblems {

  private static final int KEPT_PER_FIELD = 3;

  private final String task;
  private final Problems problems;
  private final Map<String, Integer> counts = new HashMap<>();

  DocumentProblems(String task, Problems problems) {
    this.task = task;
    this.problems = problems;
  }

  /** The work's result, or empty after noting why there is none. */
  <T> Optional<T> attempt(String field, int document, Supplier<T> work) {
    try {
      return Optional.of(work.get());
    } catch (MergefarmException e) {
      for (Problem problem : e.problems()) {
        add(problem.code(), field, document, problem.message());
      }
      return Optional.empty();
    }
  }

  void add(ErrorCode code, String field, int document, String message) {
    int count = counts.merge(field, 1, Integer::sum);
    if (count <= KEPT_PER_FIELD) {
      problems.error(code, task + "." + field, "document %d: %s".formatted(document, message));
    }
  }

  /** Says of how many documents only the first were named. */
  void finish() {
    counts.forEach(
        (field, count) -> {
          if (count > KEPT_PER_FIELD) {
            problems.error(
                ErrorCode.INVALID_VALUE,
                task + "." + field,
                "%d more documents have a problem here.".formatted(count - KEPT_PER_FIELD));
          }
        });
  }

  boolean any() {
    return !counts.isEmpty();
  }
}
