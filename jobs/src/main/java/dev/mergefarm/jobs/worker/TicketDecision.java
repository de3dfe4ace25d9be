package dev.mergefarm.jobs.worker;

import dev.mergefarm.jobs.AttemptView;
import dev.mergefarm.jobs.JobState;
import dev.mergefarm.jobs.JobView;
import java.util.Optional;

/** What to do with a ticket, by the state of its job. Pure. */
sealed interface TicketDecision {

  /** Begin the attempt of this number. */
  record Start(int attempt) implements TicketDecision {}

  /** The job was being cancelled when its worker was lost: say for it that it has stopped. */
  record ConfirmCancelled(int attempt) implements TicketDecision {}

  /** Too many attempts were wasted. */
  record GiveUp(int attempt, int wasted) implements TicketDecision {}

  /** Nothing is to be done for this ticket. */
  record Drop(String reason) implements TicketDecision {}

  /**
   * @param job as its events say; empty when its events are gone
   * @param ticket this ticket's place in the queue
   */
  static TicketDecision decide(Optional<JobView> job, String ticket, int maximumAttempts) {
    if (job.isEmpty()) {
      return new Drop("its events are no longer kept");
    }
    JobView view = job.get();
    if (view.state().isFinal()) {
      return new Drop("the job has ended, state " + view.state());
    }
    Optional<AttemptView> running = view.newestAttempt().filter(a -> a.end().isEmpty());
    if (running.isPresent() && !running.get().ticket().equals(ticket)) {
      return new Drop("the job is worked on for another ticket");
    }
    int newest = view.attempts().size();
    if (view.state() == JobState.CANCELLING) {
      return new ConfirmCancelled(newest);
    }
    // An attempt that runs on this very ticket is lost: the ticket would not be here otherwise.
    int wasted = view.wastedAttempts() + (running.isPresent() ? 1 : 0);
    return wasted >= maximumAttempts ? new GiveUp(newest, wasted) : new Start(newest + 1);
  }
}
