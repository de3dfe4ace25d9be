package dev.mergefarm.eval.run;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problem;
import dev.mergefarm.common.Problems;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Collects what goes wrong with single documents of one task, naming task, field and document. What
 * goes wrong in the same way with several is said once, and of each field only the first few ways:
 * the rest is nearly always the same mistake.
 */
final class DocumentProblems {

  private static final int KEPT_PER_FIELD = 3;

  private final String task;
  private final Problems problems;
  private final Map<String, Map<Way, Occurrence>> found = new LinkedHashMap<>();

  /** What a mistake is known by. */
  private record Way(ErrorCode code, String message) {}

  /**
   * @param first document with the mistake
   * @param count documents with it
   */
  private record Occurrence(int first, int count) {

    Occurrence and(Occurrence later) {
      return new Occurrence(first, count + later.count);
    }
  }

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
    found
        .computeIfAbsent(field, key -> new LinkedHashMap<>())
        .merge(new Way(code, message), new Occurrence(document, 1), Occurrence::and);
  }

  /** Reports what was found. */
  void finish() {
    found.forEach(
        (field, ways) -> {
          ways.entrySet().stream()
              .limit(KEPT_PER_FIELD)
              .forEach(way -> report(field, way.getKey(), way.getValue()));
          int rest = ways.values().stream().skip(KEPT_PER_FIELD).mapToInt(Occurrence::count).sum();
          if (rest > 0) {
            problems.error(
                ErrorCode.INVALID_VALUE,
                task + "." + field,
                "%d more documents have a problem here.".formatted(rest));
          }
        });
  }

  private void report(String field, Way way, Occurrence occurrence) {
    String others =
        occurrence.count() == 1 ? "" : " (and %d more documents)".formatted(occurrence.count() - 1);
    problems.error(
        way.code(),
        task + "." + field,
        "document %d%s: %s".formatted(occurrence.first(), others, way.message()));
  }

  boolean any() {
    return !found.isEmpty();
  }
}
