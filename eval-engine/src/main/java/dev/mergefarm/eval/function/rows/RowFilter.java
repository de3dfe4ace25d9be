package dev.mergefarm.eval.function.rows;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Keeps the rows whose column has a value.
 *
 * @param column compared
 * @param comparison with what
 */
record RowFilter(String column, Comparison comparison) {

  /** Compares texts, whole numbers, truth values and null, as Python compares them. */
  sealed interface Comparison {

    /**
     * @return empty where Python would have to be asked
     */
    Optional<Boolean> holds(Object value);

    /** Whether equal, or with {@code negated} not equal, to one of several values. */
    record OneOf(List<Object> values, boolean negated) implements Comparison {
      @Override
      public Optional<Boolean> holds(Object value) {
        if (!isPlain(value)) {
          return Optional.empty();
        }
        boolean found = values.stream().anyMatch(each -> number(each).equals(number(value)));
        return Optional.of(found != negated);
      }
    }

    /** Whether a text starts with another. */
    record Prefix(String prefix) implements Comparison {
      @Override
      public Optional<Boolean> holds(Object value) {
        return value instanceof String text
            ? Optional.of(text.startsWith(prefix))
            : Optional.empty();
      }
    }

    private static boolean isPlain(Object value) {
      return value == null
          || value instanceof String
          || value instanceof Long
          || value instanceof Boolean;
    }

    /** Python's {@code True} equals 1. */
    private static Optional<Object> number(Object value) {
      return Optional.ofNullable(value instanceof Boolean flag ? (Object) (flag ? 1L : 0L) : value);
    }
  }

  /**
   * @return empty where a row lacks the column, or holds a value that Python would have to compare
   */
  Optional<List<Map<String, Object>>> apply(List<Map<String, Object>> rows) {
    List<Optional<Boolean>> kept =
        rows.stream()
            .map(
                row ->
                    row.containsKey(column)
                        ? comparison.holds(row.get(column))
                        : Optional.<Boolean>empty())
            .toList();
    if (kept.stream().anyMatch(Optional::isEmpty)) {
      return Optional.empty();
    }
    return Optional.of(
        java.util.stream.IntStream.range(0, rows.size())
            .filter(i -> kept.get(i).orElseThrow())
            .mapToObj(rows::get)
            .toList());
  }
}
