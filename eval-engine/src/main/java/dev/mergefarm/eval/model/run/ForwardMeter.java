package dev.mergefarm.eval.model.run;

import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;

/** Adds up what forward passes did. Safe for many threads. */
public final class ForwardMeter {

  private final LongAdder tokens = new LongAdder();
  private final LongAdder nanoseconds = new LongAdder();

  /**
   * What has been done so far.
   *
   * @param tokens computed, fillers included
   * @param time spent in passes and in the step to logits, summed over threads
   */
  public record Reading(long tokens, Duration time) {

    /** What was done since an earlier reading. */
    public Reading since(Reading earlier) {
      return new Reading(tokens - earlier.tokens, time.minus(earlier.time));
    }
  }

  public Reading read() {
    return new Reading(tokens.sum(), Duration.ofNanos(nanoseconds.sum()));
  }

  /**
   * @param started when it began, by {@link System#nanoTime}
   */
  void add(long count, long started) {
    tokens.add(count);
    nanoseconds.add(System.nanoTime() - started);
  }
}
