package dev.mergefarm.eval.fewshot;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Picks the examples of each document of one task. Asked once for each document, in document order,
 * because a random sampler's choice depends on what it drew before. Not thread safe.
 *
 * @param <T> a document; equality is deep
 */
public sealed interface FewShotSampler<T> {

  /**
   * @param count examples wanted; 0 draws nothing
   * @param excluded the evaluated document, where it may be in the pool itself
   * @throws IllegalArgumentException if the pool is too small
   */
  List<T> sample(int count, Optional<T> excluded);

  /** Draws at random; one more than wanted when a document is to be left out. */
  final class Random<T> implements FewShotSampler<T> {
    private final List<T> pool;
    private final PythonRandom random;

    public Random(List<T> pool, long seed) {
      this.pool = List.copyOf(pool);
      this.random = new PythonRandom(seed);
    }

    @Override
    public List<T> sample(int count, Optional<T> excluded) {
      if (count == 0) {
        return List.of();
      }
      return random.sample(pool, excluded.isPresent() ? count + 1 : count).stream()
          .filter(document -> !excluded.isPresent() || !Objects.equals(document, excluded.get()))
          .limit(count)
          .toList();
    }
  }

  /** Takes the first of the pool. */
  final class First<T> implements FewShotSampler<T> {
    private final List<T> pool;

    public First(List<T> pool) {
      this.pool = List.copyOf(pool);
    }

    @Override
    public List<T> sample(int count, Optional<T> excluded) {
      List<T> result =
          pool.stream()
              .filter(document -> !excluded.isPresent() || !document.equals(excluded.get()))
              .limit(count)
              .toList();
      if (result.size() < count) {
        throw new IllegalArgumentException(
            "cannot take " + count + " examples of a pool of " + result.size());
      }
      return result;
    }
  }
}
