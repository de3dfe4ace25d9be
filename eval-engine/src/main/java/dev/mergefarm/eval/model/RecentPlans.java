package dev.mergefarm.eval.model;

import java.util.LinkedHashMap;
import java.util.function.Supplier;

/**
 * Keeps what was prepared for the last few lists of requests, so that asking the same again, with
 * other weights, begins at once. Confined to one caller.
 */
final class RecentPlans<K, V> {

  /** Lists remembered; an evaluation asks a handful of lists per task. */
  private static final int LIMIT = 64;

  private final LinkedHashMap<K, V> plans = new LinkedHashMap<>(16, 0.75f, true);

  V get(K requests, Supplier<V> prepare) {
    V known = plans.get(requests);
    if (known != null) {
      return known;
    }
    V made = prepare.get();
    plans.put(requests, made);
    if (plans.size() > LIMIT) {
      plans.pollFirstEntry();
    }
    return made;
  }
}
