package dev.mergefarm.eval.model.run;

import java.time.Duration;

/** Adds up what forward passes did. Safe for many threads. */
public final class ForwardMeter {

  private long tokens;
  private long busyNanoseconds;
  private int running;
  private long busySince;

  /**
   * What has been done so far.
   *
   * @param tokens computed, fillers included
   * @param time during which at least one pass, or the step to logits after it, was running
   */
  public record Reading(long tokens, Duration time) {

    /** What was done since an earlier reading. */
    public Reading since(Reading earlier) {
      return new Reading(tokens - earlier.tokens, time.minus(earlier.time));
    }
  }

  public synchronized Reading read() {
    long open = running > 0 ? System.nanoTime() - busySince : 0;
    return new Reading(tokens, Duration.ofNanos(busyNanoseconds + open));
  }

  synchronized void begin() {
    if (running == 0) {
      busySince = System.nanoTime();
    }
    running++;
  }

  /** Ends what was begun. */
  synchronized void end(long computed) {
    tokens += computed;
    running--;
    if (running == 0) {
      busyNanoseconds += System.nanoTime() - busySince;
    }
  }
}
