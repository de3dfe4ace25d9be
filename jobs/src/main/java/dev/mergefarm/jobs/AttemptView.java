package dev.mergefarm.jobs;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * One worker's try at a job.
 *
 * @param number counts from 1
 * @param eventId id of the event that started it: the proof of who holds the attempt
 * @param worker the worker's name
 * @param ticket the ticket it works on
 * @param startTime when it began
 * @param end how it ended; empty while it runs
 */
public record AttemptView(
    int number,
    String eventId,
    String worker,
    String ticket,
    Instant startTime,
    Optional<End> end) {

  /** How an attempt ended. */
  public enum Outcome {
    SUCCEEDED("succeeded"),
    FAILED("failed"),
    CANCELLED("cancelled"),
    HANDED_BACK("handed back"),
    LOST("lost");

    private final String label;

    Outcome(String label) {
      this.label = label;
    }

    /** As the API shows it. */
    public String label() {
      return label;
    }
  }

  /**
   * @param reason why it ended otherwise than by success; empty after success
   */
  public record End(Instant time, Outcome outcome, String reason) {}

  public AttemptView {
    if (number < 1) {
      throw new IllegalArgumentException("number must be at least 1, not " + number);
    }
    Objects.requireNonNull(end, "end");
  }

  /** Whether it counts against the attempts a job has: it failed or was lost. */
  public boolean wasted() {
    return end.map(End::outcome)
        .map(outcome -> outcome == Outcome.FAILED || outcome == Outcome.LOST)
        .orElse(false);
  }

  AttemptView ended(Instant time, Outcome outcome, String reason) {
    return new AttemptView(
        number, eventId, worker, ticket, startTime, Optional.of(new End(time, outcome, reason)));
  }
}
