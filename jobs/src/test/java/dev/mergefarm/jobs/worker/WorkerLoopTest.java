package dev.mergefarm.jobs.worker;

import static dev.mergefarm.jobs.TestJobs.mergeRequest;
import static dev.mergefarm.jobs.TestJobs.mergeResult;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problem;
import dev.mergefarm.common.Progress;
import dev.mergefarm.jobs.AttemptView;
import dev.mergefarm.jobs.JobState;
import dev.mergefarm.jobs.JobView;
import dev.mergefarm.jobs.wire.ErrorMessages;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class WorkerLoopTest {

  private FarmFixture farm;

  @BeforeEach
  void openFarm() {
    farm = FarmFixture.open();
  }

  @AfterEach
  void closeFarm() {
    farm.close();
  }

  @Test
  void jobSucceedsWithItsResultItsProgressAndItsWarnings() throws Exception {
    Problem warning =
        new Problem(
            ErrorCode.UNKNOWN_KEY, Problem.Severity.WARNING, "x", "ignored", Optional.empty());
    JobHandler handler =
        (request, context) -> {
          context.progress().onProgress(new Progress("merge", 3, 3, 30, 30));
          context.warn(warning);
          return mergeResult("models/" + context.jobId());
        };
    try (WorkerLoop _ = farm.worker("w", handler)) {
      JobView job = farm.submit("r", mergeRequest("a"));
      JobView done = farm.await(job.id(), JobState.SUCCEEDED);
      assertThat(done.conclusion().result()).contains(mergeResult("models/" + job.id()));
      assertThat(done.warnings()).containsExactly(ErrorMessages.problem(warning));
      assertThat(done.progress().orElseThrow().getBytesDone()).isEqualTo(30);
      assertThat(outcomes(done)).containsExactly("succeeded");
      assertThat(done.attempts().getFirst().worker()).isEqualTo("w/1");
    }
  }

  @Test
  void jobThatOutlastsItsLockIsNotRunTwice() throws Exception {
    AtomicInteger runs = new AtomicInteger();
    JobHandler handler =
        (request, context) -> {
          runs.incrementAndGet();
          waitFor(FarmFixture.LOCK.toMillis() * 3, context.cancellation());
          return mergeResult("m");
        };
    try (WorkerLoop first = farm.worker("first", handler);
        WorkerLoop second = farm.worker("second", handler)) {
      JobView longJob = farm.submit("long", mergeRequest("a"));
      JobView other = farm.submit("other", mergeRequest("b"));
      assertThat(farm.await(longJob.id(), JobState.SUCCEEDED).attempts()).hasSize(1);
      assertThat(farm.await(other.id(), JobState.SUCCEEDED).attempts()).hasSize(1);
      assertThat(runs).hasValue(2);
      assertThat(first.isAlive() && second.isAlive()).isTrue();
    }
  }

  @Test
  void retryableFailureIsTriedAgainAndOtherFailureIsNot() throws Exception {
    JobHandler handler =
        (request, context) -> {
          if (request.equals(mergeRequest("flaky")) && context.attempt() < 3) {
            throw new MergefarmException(ErrorCode.STORE_UNAVAILABLE, "the store is away");
          }
          if (request.equals(mergeRequest("wrong"))) {
            throw new MergefarmException(ErrorCode.TENSOR_MISSING, "no such tensor");
          }
          return mergeResult("m");
        };
    try (WorkerLoop _ = farm.worker("w", handler)) {
      JobView flaky = farm.submit("flaky", mergeRequest("flaky"));
      JobView wrong = farm.submit("wrong", mergeRequest("wrong"));
      assertThat(outcomes(farm.await(flaky.id(), JobState.SUCCEEDED)))
          .containsExactly("failed", "failed", "succeeded");
      JobView failed = farm.await(wrong.id(), JobState.FAILED);
      assertThat(outcomes(failed)).containsExactly("failed");
      assertThat(ErrorMessages.reason(failed.conclusion().error().orElseThrow()))
          .contains("TENSOR_MISSING");
    }
  }

  @Test
  void jobThatFailsAgainAndAgainIsGivenUpAndItsTicketSetAside() throws Exception {
    JobHandler handler =
        (request, context) -> {
          throw new IllegalStateException("a defect");
        };
    try (WorkerLoop _ = farm.worker("w", handler)) {
      JobView job = farm.submit("r", mergeRequest("a"));
      JobView failed = farm.await(job.id(), JobState.FAILED);
      assertThat(outcomes(failed)).containsExactly("failed", "failed", "failed");
      assertThat(ErrorMessages.reason(failed.conclusion().error().orElseThrow()))
          .contains("INTERNAL");
      DeadLetter letter = DeadLetter.first(farm);
      assertThat(letter.key()).isEqualTo(job.id());
      assertThat(letter.headers())
          .containsEntry("mergefarm.code", "INTERNAL")
          .hasEntrySatisfying("mergefarm.reason", reason -> assertThat(reason).contains("defect"));
    }
  }

  @Test
  void ticketThatCannotBeReadIsSetAsideAndTheNextOneIsTaken() throws Exception {
    DeadLetter.putInQueue(farm, "nonsense", new byte[] {(byte) 0xff, 1, 2});
    try (WorkerLoop _ = farm.worker("w", (request, context) -> mergeResult("m"))) {
      JobView job = farm.submit("r", mergeRequest("a"));
      farm.await(job.id(), JobState.SUCCEEDED);
      assertThat(DeadLetter.first(farm).headers())
          .containsEntry("mergefarm.code", "INVALID_TICKET")
          .containsEntry("mergefarm.ticket", "0-0");
    }
  }

  @Test
  void cancellationReachesTheHandler() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    JobHandler handler =
        (request, context) -> {
          running.countDown();
          waitFor(TimeUnit.MINUTES.toMillis(1), context.cancellation());
          return mergeResult("m");
        };
    try (WorkerLoop _ = farm.worker("w", handler)) {
      JobView job = farm.submit("r", mergeRequest("a"));
      running.await();
      farm.await(job.id(), JobState.RUNNING);
      assertThat(farm.publisher.cancel(job.id(), "why not").state()).isEqualTo(JobState.CANCELLING);
      JobView cancelled = farm.await(job.id(), JobState.CANCELLED);
      assertThat(outcomes(cancelled)).containsExactly("cancelled");
      assertThat(cancelled.cancelReason()).isEqualTo("why not");
    }
  }

  @Test
  void jobCancelledInTheQueueNeverRuns() throws Exception {
    AtomicInteger runs = new AtomicInteger();
    JobView cancelled = farm.submit("first", mergeRequest("a"));
    assertThat(farm.publisher.cancel(cancelled.id(), "").state()).isEqualTo(JobState.CANCELLED);
    JobHandler handler =
        (request, context) -> {
          runs.incrementAndGet();
          return mergeResult("m");
        };
    try (WorkerLoop _ = farm.worker("w", handler)) {
      JobView job = farm.submit("second", mergeRequest("a"));
      farm.await(job.id(), JobState.SUCCEEDED);
      assertThat(runs).hasValue(1);
    }
  }

  @Test
  void workerThatIsClosedHandsItsJobToAnother() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    JobHandler endless =
        (request, context) -> {
          running.countDown();
          waitFor(TimeUnit.MINUTES.toMillis(1), context.cancellation());
          return mergeResult("m");
        };
    JobView job = farm.submit("r", mergeRequest("a"));
    try (WorkerLoop _ = farm.worker("first", endless)) {
      running.await();
    }
    JobView handedBack = farm.await(job.id(), JobState.QUEUED);
    assertThat(outcomes(handedBack)).containsExactly("handed back");
    try (WorkerLoop _ = farm.worker("second", (request, context) -> mergeResult("m"))) {
      JobView done = farm.await(job.id(), JobState.SUCCEEDED);
      assertThat(outcomes(done)).containsExactly("handed back", "succeeded");
    }
  }

  @Test
  void workerThatIsClosedLetsAJobFinishWithinTheGracePeriod() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    JobHandler brief =
        (request, context) -> {
          running.countDown();
          waitFor(50, context.cancellation());
          return mergeResult("m");
        };
    JobView job = farm.submit("r", mergeRequest("a"));
    try (WorkerLoop _ = farm.worker("w", brief)) {
      running.await();
    }
    assertThat(outcomes(farm.await(job.id(), JobState.SUCCEEDED))).containsExactly("succeeded");
  }

  private static List<String> outcomes(JobView job) {
    return job.attempts().stream()
        .map(attempt -> attempt.end().orElseThrow().outcome())
        .map(AttemptView.Outcome::label)
        .toList();
  }

  /** Works for a while, asking now and then whether to go on, as engines do. */
  private static void waitFor(long milliseconds, Cancellation cancellation)
      throws InterruptedException {
    CountDownLatch never = new CountDownLatch(1);
    for (long passed = 0; passed < milliseconds; passed += 10) {
      cancellation.throwIfCancelled();
      never.await(10, TimeUnit.MILLISECONDS);
    }
  }
}
