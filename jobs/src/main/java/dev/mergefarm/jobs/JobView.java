package dev.mergefarm.jobs;

import com.google.rpc.Status;
import dev.mergefarm.proto.v1.JobProgress;
import dev.mergefarm.proto.v1.Problem;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A job as the fold of its events so far. Immutable.
 *
 * @param origin what never changes
 * @param state where it is in its life
 * @param eventNumber number of the newest state change; the creation is 1. Progress has no number
 * @param times when it started, was asked to stop, and ended
 * @param cancelReason the reason given with the cancellation; empty otherwise
 * @param attempts every attempt, oldest first
 * @param progress the newest progress of the newest attempt, while it runs
 * @param conclusion what it ended with
 */
public record JobView(
    JobOrigin origin,
    JobState state,
    long eventNumber,
    Times times,
    String cancelReason,
    List<AttemptView> attempts,
    Optional<JobProgress> progress,
    Conclusion conclusion) {

  /**
   * @param start when it first ran
   * @param cancel when cancellation was asked for
   * @param end when it entered a final state
   */
  public record Times(Optional<Instant> start, Optional<Instant> cancel, Optional<Instant> end) {
    static final Times NONE = new Times(Optional.empty(), Optional.empty(), Optional.empty());
  }

  /**
   * @param result set in state SUCCEEDED only
   * @param error set in state FAILED only
   * @param warnings problems found while it ran
   */
  public record Conclusion(
      Optional<JobResult> result, Optional<Status> error, List<Problem> warnings) {
    static final Conclusion NONE = new Conclusion(Optional.empty(), Optional.empty(), List.of());
  }

  public JobView {
    Objects.requireNonNull(origin, "origin");
    Objects.requireNonNull(state, "state");
    attempts = List.copyOf(attempts);
  }

  public String id() {
    return origin.id();
  }

  public JobKind kind() {
    return origin.request().kind();
  }

  /** The newest attempt, or empty before the first. */
  public Optional<AttemptView> newestAttempt() {
    return attempts.isEmpty() ? Optional.empty() : Optional.of(attempts.getLast());
  }

  /** Attempts that failed or were lost. */
  public int wastedAttempts() {
    return (int) attempts.stream().filter(AttemptView::wasted).count();
  }

  /** All warnings: those at acceptance, then those of the run. */
  public List<Problem> warnings() {
    List<Problem> all = new ArrayList<>(origin.warnings());
    all.addAll(conclusion.warnings());
    return List.copyOf(all);
  }
}
