package dev.mergefarm.merge.timeline;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Collects spans from all threads of a merge: keeps sums for the summary, and hands each span on to
 * whoever wants them all.
 */
public final class Timeline {

  private final Consumer<Span> listener;
  private final Map<Step, Map<String, Sum>> sums = new EnumMap<>(Step.class);
  private long first = Long.MAX_VALUE;
  private long last = Long.MIN_VALUE;

  private record Sum(long nanoseconds, long bytes) {
    Sum plus(Span span) {
      return new Sum(nanoseconds + span.nanoseconds(), bytes + span.bytes());
    }
  }

  /**
   * @param listener called with every span, one at a time
   */
  public Timeline(Consumer<Span> listener) {
    this.listener = listener;
  }

  /** A timeline of sums alone. */
  public Timeline() {
    this(span -> {});
  }

  public synchronized void add(Span span) {
    first = Math.min(first, span.start());
    last = Math.max(last, span.end());
    sums.computeIfAbsent(span.step(), step -> new HashMap<>())
        .merge(span.track(), new Sum(0, 0).plus(span), (sum, one) -> sum.plus(span));
    listener.accept(span);
  }

  /** What was busy for how long so far. Of several tracks of a step the busiest counts. */
  public synchronized TimelineSummary summary() {
    Map<Step, TimelineSummary.Share> shares = new EnumMap<>(Step.class);
    sums.forEach(
        (step, tracks) -> {
          long busy = tracks.values().stream().mapToLong(Sum::nanoseconds).max().orElse(0);
          long bytes = tracks.values().stream().mapToLong(Sum::bytes).sum();
          shares.put(step, new TimelineSummary.Share(busy, bytes));
        });
    return new TimelineSummary(Math.max(0, last - first), shares);
  }
}
