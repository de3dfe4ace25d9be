package dev.mergefarm.jobs.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mergefarm.jobs.JobEvent;
import dev.mergefarm.jobs.TestJobs;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TicketDecisionTest {

  private static final String TICKET = "0-7";
  private static final int MAXIMUM = 3;

  private final TestJobs events = new TestJobs("job");

  @Test
  void newJobGetsItsFirstAttempt() {
    assertThat(decide(events.created())).isEqualTo(new TicketDecision.Start(1));
  }

  @Test
  void ticketThatComesAgainWhileItsAttemptRunsMeansThatTheAttemptWasLost() {
    assertThat(decide(events.created(), events.started(1, TICKET)))
        .isEqualTo(new TicketDecision.Start(2));
  }

  @Test
  void secondTicketOfARunningJobIsDropped() {
    assertThat(decide(events.created(), events.started(1, "0-5")))
        .isInstanceOf(TicketDecision.Drop.class);
  }

  @Test
  void secondTicketOfAJobThatWaitsAgainIsAsGoodAsTheFirst() {
    assertThat(decide(events.created(), events.started(1, "0-5"), events.handedBack(1)))
        .isEqualTo(new TicketDecision.Start(2));
  }

  @Test
  void ticketOfAnEndedOrForgottenJobIsDropped() {
    assertThat(decide(events.created(), events.cancelRequested()))
        .isInstanceOf(TicketDecision.Drop.class);
    assertThat(TicketDecision.decide(Optional.empty(), TICKET, MAXIMUM))
        .isInstanceOf(TicketDecision.Drop.class);
  }

  @Test
  void jobWhoseWorkerWasLostWhileCancellingIsCancelled() {
    assertThat(decide(events.created(), events.started(1, TICKET), events.cancelRequested()))
        .isEqualTo(new TicketDecision.ConfirmCancelled(1));
  }

  @Test
  void jobThatWastedItsAttemptsIsGivenUp() {
    assertThat(
            decide(
                events.created(),
                events.started(1, TICKET),
                events.attemptFailed(1),
                events.started(2, TICKET),
                events.started(3, TICKET)))
        .isEqualTo(new TicketDecision.GiveUp(3, 3));
  }

  @Test
  void attemptsHandedBackAreNotWasted() {
    assertThat(
            decide(
                events.created(),
                events.started(1, TICKET),
                events.handedBack(1),
                events.started(2, TICKET),
                events.handedBack(2),
                events.started(3, TICKET),
                events.handedBack(3)))
        .isEqualTo(new TicketDecision.Start(4));
  }

  private static TicketDecision decide(JobEvent... history) {
    return TicketDecision.decide(TestJobs.fold(history), TICKET, MAXIMUM);
  }
}
