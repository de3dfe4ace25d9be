package dev.mergefarm.jobs.submit;

import static dev.mergefarm.jobs.TestJobs.mergeRequest;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.jobs.JobEvent;
import dev.mergefarm.jobs.JobState;
import dev.mergefarm.jobs.JobView;
import dev.mergefarm.jobs.TestJobs;
import dev.mergefarm.jobs.kafka.Topics;
import dev.mergefarm.jobs.table.JobTableFeed;
import dev.mergefarm.jobs.worker.FarmFixture;
import dev.mergefarm.jobs.worker.WorkerLoop;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class JobPublisherTest {

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
  void repeatedRequestAttachesToTheJobOfTheFirst() {
    JobView first = farm.submit("request", mergeRequest("a"));
    JobView second = farm.submit("request", mergeRequest("a"));
    assertThat(second.id()).isEqualTo(first.id());
    assertThat(farm.feed.table().all()).hasSize(1);
  }

  @Test
  void otherRequestUnderAUsedIdIsRefused() {
    farm.submit("request", mergeRequest("a"));
    assertThatThrownBy(() -> farm.submit("request", mergeRequest("b")))
        .isInstanceOfSatisfying(
            MergefarmException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.REQUEST_ID_REUSED));
  }

  @Test
  void requestsWithoutIdsAreJobsOfTheirOwn() {
    assertThat(farm.submit("", mergeRequest("a")).id())
        .isNotEqualTo(farm.submit("", mergeRequest("a")).id());
  }

  @Test
  void requestSentFromManySidesAtOnceMakesOneJobThatRunsOnce() throws Exception {
    Set<String> ids = ConcurrentHashMap.newKeySet();
    try (JobTableFeed otherFeed =
            JobTableFeed.start(farm.connection, farm.topics, Clock.systemUTC());
        ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      otherFeed.awaitRestored(Duration.ofSeconds(30));
      JobPublisher other = new JobPublisher(farm.writer, otherFeed, Clock.systemUTC());
      Submission submission = new Submission("", "request", mergeRequest("a"), Map.of(), List.of());
      for (int i = 0; i < 20; i++) {
        JobPublisher publisher = i % 2 == 0 ? farm.publisher : other;
        executor.submit(() -> ids.add(publisher.submit(submission).id()));
      }
    }
    assertThat(ids).hasSize(1);
    Set<Integer> attempts = ConcurrentHashMap.newKeySet();
    try (WorkerLoop _ =
        farm.worker(
            "w",
            (request, context) -> {
              attempts.add(context.attempt());
              return TestJobs.mergeResult("m");
            })) {
      JobView last = farm.submit("last", mergeRequest("z"));
      farm.await(last.id(), JobState.SUCCEEDED);
      assertThat(farm.await(ids.iterator().next(), JobState.SUCCEEDED).attempts()).hasSize(1);
      assertThat(attempts).containsExactly(1);
    }
  }

  @Test
  void cancelledJobStaysAsItIsWhenItIsCancelledAgain() {
    JobView job = farm.submit("request", mergeRequest("a"));
    JobView cancelled = farm.publisher.cancel(job.id(), "first");
    assertThat(farm.publisher.cancel(job.id(), "second")).isEqualTo(cancelled);
    assertThatThrownBy(() -> farm.publisher.cancel("nothing", ""))
        .isInstanceOfSatisfying(
            MergefarmException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.JOB_NOT_FOUND));
  }

  @Test
  void tableThatStartsLaterHoldsTheSameJobs() throws Exception {
    try (WorkerLoop _ = farm.worker("w", (request, context) -> TestJobs.mergeResult("m"))) {
      for (int i = 0; i < 5; i++) {
        farm.await(farm.submit("r" + i, mergeRequest("a")).id(), JobState.SUCCEEDED);
      }
    }
    JobView queued = farm.submit("queued", mergeRequest("a"));
    try (JobTableFeed later = JobTableFeed.start(farm.connection, farm.topics, Clock.systemUTC())) {
      later.awaitRestored(Duration.ofSeconds(30));
      assertThat(later.table().all().toList()).isEqualTo(farm.feed.table().all().toList());
      assertThat(later.table().counts()).isEqualTo(farm.feed.table().counts());
      assertThat(later.table().find(queued.id())).isPresent();
    }
  }

  @Test
  void jobWithoutATicketGetsOneAndJobsWithTicketsGetNone() throws Exception {
    JobView withTicket = farm.submit("with", mergeRequest("a"));
    JobEvent.Created created = new TestJobs("without").created();
    farm.feed.awaitApplied(farm.writer.append(created), Duration.ofSeconds(30));
    Clock later = Clock.fixed(Instant.now().plus(Duration.ofHours(1)), ZoneOffset.UTC);
    TicketRecovery recovery =
        new TicketRecovery(farm.connection, farm.topics, farm.writer, farm.feed.table(), later);
    assertThat(recovery.recover()).containsExactly("without");
    assertThat(recovery.recover()).isEmpty();
    try (WorkerLoop _ = farm.worker("w", (request, context) -> TestJobs.mergeResult("m"))) {
      farm.await("without", JobState.SUCCEEDED);
      farm.await(withTicket.id(), JobState.SUCCEEDED);
    }
    assertThat(recovery.recover()).isEmpty();
  }

  @Test
  void topicsCanBeEnsuredAgain() {
    try (Admin admin = farm.connection.admin()) {
      Topics.ensure(admin, farm.topics);
    }
    assertThat(farm.submit("r", mergeRequest("a")).state()).isEqualTo(JobState.QUEUED);
  }
}
