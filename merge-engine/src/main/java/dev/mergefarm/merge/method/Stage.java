package dev.mergefarm.merge.method;

import java.util.Objects;
import java.util.function.Function;

/**
 * One step of merging a tensor, as data that any engine can run. A merge is zero or more {@link
 * Reduce}s, each of which decides the next stage from what it found, and ends with a {@link Map} or
 * a {@link Copy}.
 */
public sealed interface Stage {

  /**
   * Reads all inputs once to learn something about the whole tensor.
   *
   * @param reduction what to learn
   * @param next called once with the finished result
   * @param <R> the result
   */
  record Reduce<R>(Reduction<R> reduction, Function<R, Stage> next) implements Stage {
    public Reduce {
      Objects.requireNonNull(reduction, "reduction");
      Objects.requireNonNull(next, "next");
    }
  }

  /** Computes each output element from the inputs' elements in the same place. */
  record Map(ElementMap map) implements Stage {
    public Map {
      Objects.requireNonNull(map, "map");
    }
  }

  /** Writes one input as it is, converted only if the output's element type differs. */
  record Copy(int input) implements Stage {}
}
