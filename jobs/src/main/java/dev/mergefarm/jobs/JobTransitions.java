package dev.mergefarm.jobs;

import static dev.mergefarm.jobs.EventType.ATTEMPT_FAILED;
import static dev.mergefarm.jobs.EventType.ATTEMPT_STARTED;
import static dev.mergefarm.jobs.EventType.CANCEL_REQUESTED;
import static dev.mergefarm.jobs.EventType.HANDED_BACK;
import static dev.mergefarm.jobs.EventType.PROGRESS_MADE;
import static dev.mergefarm.jobs.JobState.CANCELLED;
import static dev.mergefarm.jobs.JobState.CANCELLING;
import static dev.mergefarm.jobs.JobState.FAILED;
import static dev.mergefarm.jobs.JobState.QUEUED;
import static dev.mergefarm.jobs.JobState.RUNNING;
import static dev.mergefarm.jobs.JobState.SUCCEEDED;

import java.util.List;
import java.util.Optional;

/**
 * The transition table: every legal pair of state and event with the state that follows. A pair
 * that is not here is refused, which changes nothing. {@code docs/job-states.md} is drawn from it.
 */
public final class JobTransitions {

  /**
   * One row.
   *
   * @param from the state before
   * @param event what happens
   * @param to the state after
   * @param meaning why, in a few words
   */
  public record Transition(JobState from, EventType event, JobState to, String meaning) {}

  private static final List<Transition> TABLE =
      List.of(
          new Transition(QUEUED, ATTEMPT_STARTED, RUNNING, "a worker takes the ticket"),
          new Transition(QUEUED, CANCEL_REQUESTED, CANCELLED, "cancelled before a worker has it"),
          new Transition(QUEUED, EventType.FAILED, FAILED, "given up between attempts"),
          new Transition(RUNNING, PROGRESS_MADE, RUNNING, "the attempt comes further"),
          new Transition(RUNNING, ATTEMPT_STARTED, RUNNING, "the attempt before was lost"),
          new Transition(RUNNING, ATTEMPT_FAILED, QUEUED, "another attempt may succeed"),
          new Transition(RUNNING, HANDED_BACK, QUEUED, "the worker shuts down"),
          new Transition(RUNNING, CANCEL_REQUESTED, CANCELLING, "the worker is told to stop"),
          new Transition(RUNNING, EventType.SUCCEEDED, SUCCEEDED, "the result is there"),
          new Transition(RUNNING, EventType.FAILED, FAILED, "no attempt could succeed"),
          new Transition(CANCELLING, PROGRESS_MADE, CANCELLING, "not stopped yet"),
          new Transition(CANCELLING, EventType.CANCELLED, CANCELLED, "the worker stopped"),
          new Transition(CANCELLING, ATTEMPT_FAILED, CANCELLED, "not tried again"),
          new Transition(CANCELLING, HANDED_BACK, CANCELLED, "not tried again"),
          new Transition(CANCELLING, EventType.SUCCEEDED, SUCCEEDED, "finished before it stopped"),
          new Transition(CANCELLING, EventType.FAILED, FAILED, "failed before it stopped"));

  private static final JobState[][] NEXT = index();

  private JobTransitions() {}

  /** All rows, by state. A job begins in QUEUED with its CREATED event. */
  public static List<Transition> all() {
    return TABLE;
  }

  /** The state after an event, or empty when the event is refused in this state. */
  public static Optional<JobState> next(JobState from, EventType event) {
    return Optional.ofNullable(NEXT[from.ordinal()][event.ordinal()]);
  }

  private static JobState[][] index() {
    JobState[][] next = new JobState[JobState.values().length][EventType.values().length];
    for (Transition row : TABLE) {
      next[row.from().ordinal()][row.event().ordinal()] = row.to();
    }
    return next;
  }
}
