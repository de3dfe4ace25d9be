package dev.mergefarm.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mergefarm.jobs.AttemptView.Outcome;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class JobFoldTest {

  private final TestJobs events = new TestJobs("job");

  @Test
  void jobBeginsQueuedWithEventNumberOne() {
    JobView job = TestJobs.fold(events.created()).orElseThrow();
    assertThat(job.state()).isEqualTo(JobState.QUEUED);
    assertThat(job.eventNumber()).isEqualTo(1);
    assertThat(job.attempts()).isEmpty();
    assertThat(job.times().start()).isEmpty();
  }

  @Test
  void eventNumbersGrowByOneAndProgressHasNone() {
    JobView job =
        TestJobs.fold(
                events.created(), events.started(1), events.progress(1, 5), events.progress(1, 6))
            .orElseThrow();
    assertThat(job.eventNumber()).isEqualTo(2);
    assertThat(job.progress().orElseThrow().getItemsDone()).isEqualTo(6);
  }

  @Test
  void foldingEveryEventTwiceGivesTheSameJob() {
    List<JobEvent> life =
        List.of(
            events.created(),
            events.started(1),
            events.progress(1, 5),
            events.attemptFailed(1),
            events.started(2),
            events.cancelRequested(),
            events.cancelled(2));
    JobEvent[] once = life.toArray(JobEvent[]::new);
    JobEvent[] twice = life.stream().flatMap(e -> List.of(e, e).stream()).toArray(JobEvent[]::new);
    assertThat(TestJobs.fold(twice)).isEqualTo(TestJobs.fold(once));
  }

  @Test
  void resultOfAStaleAttemptIsRefused() {
    Optional<JobView> job = TestJobs.fold(events.created(), events.started(1), events.started(2));
    assertThat(JobFold.apply(job, events.succeeded(1)))
        .isEqualTo(new JobFold.Refused("attempt 1 is not the newest, 2 is"));
    assertThat(JobFold.apply(job, events.progress(1, 9))).isInstanceOf(JobFold.Refused.class);
    assertThat(JobFold.apply(job, events.attemptFailed(1))).isInstanceOf(JobFold.Refused.class);
    assertThat(JobFold.apply(job, events.succeeded(2))).isInstanceOf(JobFold.Applied.class);
  }

  @Test
  void ofTwoClaimsToTheSameAttemptTheFirstHolds() {
    JobEvent.AttemptStarted first = events.started(1);
    JobEvent.AttemptStarted second = events.started(1);
    JobView job = TestJobs.fold(events.created(), first, second).orElseThrow();
    assertThat(job.attempts()).hasSize(1);
    assertThat(job.newestAttempt().orElseThrow().eventId()).isEqualTo(first.header().id());
  }

  @Test
  void newAttemptWhileOneRunsMakesTheOldOneLost() {
    JobView job =
        TestJobs.fold(
                events.created(), events.started(1), events.progress(1, 50), events.started(2))
            .orElseThrow();
    assertThat(job.state()).isEqualTo(JobState.RUNNING);
    assertThat(job.attempts().getFirst().end().orElseThrow().outcome()).isEqualTo(Outcome.LOST);
    assertThat(job.attempts().getLast().end()).isEmpty();
    assertThat(job.progress()).isEmpty();
    assertThat(job.wastedAttempts()).isEqualTo(1);
  }

  @Test
  void handedBackAttemptIsNotWasted() {
    JobView job =
        TestJobs.fold(events.created(), events.started(1), events.handedBack(1)).orElseThrow();
    assertThat(job.state()).isEqualTo(JobState.QUEUED);
    assertThat(job.wastedAttempts()).isZero();
  }

  @Test
  void cancellingAQueuedJobEndsItAtOnce() {
    JobView job = TestJobs.fold(events.created(), events.cancelRequested()).orElseThrow();
    assertThat(job.state()).isEqualTo(JobState.CANCELLED);
    assertThat(job.cancelReason()).isEqualTo("no longer needed");
    assertThat(job.times().end()).isEqualTo(job.times().cancel()).isPresent();
  }

  @Test
  void failedAttemptOfAJobBeingCancelledIsNotTriedAgain() {
    JobView job =
        TestJobs.fold(
                events.created(),
                events.started(1),
                events.cancelRequested(),
                events.attemptFailed(1))
            .orElseThrow();
    assertThat(job.state()).isEqualTo(JobState.CANCELLED);
  }

  @Test
  void nothingChangesAJobThatHasEnded() {
    Optional<JobView> job = TestJobs.fold(events.created(), events.started(1), events.succeeded(1));
    List<JobEvent> later =
        List.of(
            events.created(),
            events.started(2),
            events.progress(1, 7),
            events.cancelRequested(),
            events.succeeded(1),
            events.attemptFailed(1),
            events.handedBack(1),
            events.cancelled(1),
            events.failed(1));
    assertThat(later)
        .allSatisfy(
            event -> assertThat(JobFold.apply(job, event)).isInstanceOf(JobFold.Refused.class));
  }

  @Test
  void eventOfAJobWithoutABeginningIsRefused() {
    assertThat(JobFold.apply(Optional.empty(), events.started(1)))
        .isEqualTo(new JobFold.Refused("the job has no beginning"));
  }

  @Test
  void startTimeIsThatOfTheFirstAttempt() {
    JobEvent.AttemptStarted first = events.started(1);
    JobView job =
        TestJobs.fold(events.created(), first, events.attemptFailed(1), events.started(2))
            .orElseThrow();
    assertThat(job.times().start()).contains(first.header().time());
  }
}
