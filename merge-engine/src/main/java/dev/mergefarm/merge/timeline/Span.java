package dev.mergefarm.merge.timeline;

import java.util.Objects;

/**
 * A stretch of time that one step took.
 *
 * @param track what was busy: a thread or a stream; its spans do not overlap
 * @param tensor whose bytes
 * @param start by {@link System#nanoTime}
 * @param end not before the start
 * @param bytes moved, or read and written by computing
 */
public record Span(Step step, String track, String tensor, long start, long end, long bytes) {

  public Span {
    Objects.requireNonNull(step, "step");
    Objects.requireNonNull(track, "track");
    Objects.requireNonNull(tensor, "tensor");
    end = Math.max(start, end);
  }

  /** How long it took, in nanoseconds. */
  public long nanoseconds() {
    return end - start;
  }
}
