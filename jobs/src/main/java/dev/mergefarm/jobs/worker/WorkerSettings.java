package dev.mergefarm.jobs.worker;

import dev.mergefarm.jobs.JobKind;
import java.time.Duration;

/**
 * How a worker works.
 *
 * @param name the worker's name in logs and in attempts
 * @param kind the kind of jobs it takes
 * @param slots jobs at once, 1 to 64
 * @param maximumAttempts attempts that a job may waste by retryable failures and lost workers, 1 to
 *     4; attempts handed back do not count
 * @param retryBackoff pause after the first failed attempt; doubles with each, up to 30 s
 * @param progressInterval least time between two progress events of a job
 * @param shutdownGrace how long jobs may go on when the worker is closed, before they are handed
 *     back
 */
public record WorkerSettings(
    String name,
    JobKind kind,
    int slots,
    int maximumAttempts,
    Duration retryBackoff,
    Duration progressInterval,
    Duration shutdownGrace) {

  private static final Duration LONGEST_BACKOFF = Duration.ofSeconds(30);

  public WorkerSettings {
    require(!name.isBlank(), "name", name, "a name");
    require(slots >= 1 && slots <= 64, "slots", slots, "1 to 64");
    require(
        maximumAttempts >= 1 && maximumAttempts <= 4, "maximumAttempts", maximumAttempts, "1 to 4");
    require(!retryBackoff.isNegative(), "retryBackoff", retryBackoff, "0 or more");
    require(!progressInterval.isNegative(), "progressInterval", progressInterval, "0 or more");
    require(!shutdownGrace.isNegative(), "shutdownGrace", shutdownGrace, "0 or more");
  }

  /** What a worker has unless it is told otherwise. */
  public static WorkerSettings defaults(String name, JobKind kind) {
    return new WorkerSettings(
        name, kind, 1, 3, Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofSeconds(20));
  }

  /**
   * The pause after a failed attempt.
   *
   * @param failures attempts wasted so far, that one included
   */
  Duration backoff(int failures) {
    Duration doubled = retryBackoff.multipliedBy(1L << Math.min(failures - 1, 30));
    return doubled.compareTo(LONGEST_BACKOFF) < 0 ? doubled : LONGEST_BACKOFF;
  }

  private static void require(boolean holds, String name, Object value, String permitted) {
    if (!holds) {
      throw new IllegalArgumentException(name + " is " + value + ", permitted is " + permitted);
    }
  }
}
