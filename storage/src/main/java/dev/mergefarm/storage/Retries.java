package dev.mergefarm.storage;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import java.time.Duration;
import java.util.Objects;
import java.util.random.RandomGenerator;

/**
 * Runs a request again while its failures may pass, with growing random pauses, until a deadline
 * counted from the first failure in a row. Safe for many threads.
 */
public final class Retries {

  /**
   * How long and how often.
   *
   * @param deadline from the first failure to giving up
   * @param firstPause longest pause after the first failure; doubles with each
   * @param longestPause where the doubling ends
   */
  public record Policy(Duration deadline, Duration firstPause, Duration longestPause) {

    /** One minute, with pauses of up to 0.1 s to 5 s. */
    public static final Policy STANDARD =
        new Policy(Duration.ofMinutes(1), Duration.ofMillis(100), Duration.ofSeconds(5));

    public Policy {
      if (deadline.isNegative() || firstPause.isNegative() || longestPause.isNegative()) {
        throw new IllegalArgumentException("durations must not be negative");
      }
    }
  }

  /** What retrying needs of time and chance. */
  public interface Time {

    /** The clock and the scheduler of the system. */
    Time SYSTEM =
        new Time() {
          @Override
          public long nanoTime() {
            return System.nanoTime();
          }

          @Override
          public void pause(Duration duration) throws InterruptedException {
            Thread.sleep(duration);
          }
        };

    long nanoTime();

    void pause(Duration duration) throws InterruptedException;
  }

  /** A failure that may pass by itself; the cause is thrown when it does not. */
  public static final class TransientFailure extends Exception {

    private static final long serialVersionUID = 1L;

    private final MergefarmException lasting;

    public TransientFailure(MergefarmException lasting) {
      super(lasting.getMessage(), lasting);
      this.lasting = Objects.requireNonNull(lasting);
    }

    /** What to throw once time is up. */
    public MergefarmException lasting() {
      return lasting;
    }
  }

  /** One try. */
  @FunctionalInterface
  public interface Attempt<T> {
    T run() throws TransientFailure;
  }

  private final Policy policy;
  private final Time time;
  private final RandomGenerator random;

  /**
   * @param random shortens each pause, so that clients do not come back all at once
   */
  public Retries(Policy policy, Time time, RandomGenerator random) {
    this.policy = Objects.requireNonNull(policy, "policy");
    this.time = Objects.requireNonNull(time, "time");
    this.random = Objects.requireNonNull(random, "random");
  }

  /**
   * Tries until an attempt succeeds, fails for good, or time is up.
   *
   * @throws MergefarmException of the last failure, or with {@code CANCELLED} when interrupted in a
   *     pause
   */
  public <T> T call(Attempt<T> attempt) {
    long firstFailure = 0;
    for (int failures = 0; ; ) {
      try {
        return attempt.run();
      } catch (TransientFailure failure) {
        failures++;
        if (failures == 1) {
          firstFailure = time.nanoTime();
        }
        Duration pause = pauseAfter(failures);
        long spent = time.nanoTime() - firstFailure + pause.toNanos();
        if (spent >= policy.deadline().toNanos()) {
          throw failure.lasting();
        }
        pause(pause);
      }
    }
  }

  private Duration pauseAfter(int failures) {
    long doubled = policy.firstPause().toNanos() << Math.min(failures - 1, 20);
    long longest = Math.min(doubled, policy.longestPause().toNanos());
    return Duration.ofNanos(longest / 2 + random.nextLong(longest / 2 + 1));
  }

  private void pause(Duration pause) {
    try {
      time.pause(pause);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new MergefarmException(
          ErrorCode.CANCELLED, "Interrupted while waiting to try again.", interrupted);
    }
  }
}
