package dev.mergefarm.jobs.worker;

import static dev.mergefarm.jobs.TestJobs.mergeRequest;
import static dev.mergefarm.jobs.TestJobs.mergeResult;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mergefarm.jobs.AttemptView;
import dev.mergefarm.jobs.JobEvent;
import dev.mergefarm.jobs.JobEvent.Header;
import dev.mergefarm.jobs.JobKind;
import dev.mergefarm.jobs.JobState;
import dev.mergefarm.jobs.JobView;
import dev.mergefarm.jobs.kafka.Position;
import dev.mergefarm.jobs.submit.TicketRecovery;
import dev.mergefarm.jobs.wire.ErrorMessages;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A worker that froze is played by hand: it takes a ticket, claims an attempt, and does no more.
 */
@Timeout(120)
class FrozenWorkerTest {

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
  void anotherWorkerTakesOverAndTheFrozenOnesResultIsRefused() throws Exception {
    JobView job = farm.submit("r", mergeRequest("a"));
    try (KafkaShareConsumer<String, byte[]> frozen = takeTicket()) {
      claim(job.id(), 1, "0-0");
      try (WorkerLoop _ = farm.worker("healthy", (request, context) -> mergeResult("right"))) {
        farm.await(job.id(), JobState.SUCCEEDED);
      }
      JobEvent late =
          new JobEvent.Succeeded(header(job.id(), "late"), 1, mergeResult("wrong"), List.of());
      farm.feed.awaitApplied(farm.writer.append(late), Duration.ofSeconds(30));
      JobView done = farm.feed.table().find(job.id()).orElseThrow();
      assertThat(done.conclusion().result()).contains(mergeResult("right"));
      assertThat(done.attempts())
          .extracting(attempt -> attempt.end().orElseThrow().outcome())
          .containsExactly(AttemptView.Outcome.LOST, AttemptView.Outcome.SUCCEEDED);
      assertThat(frozen.subscription()).hasSize(1);
    }
  }

  @Test
  void attemptThatIsOvertakenIsStoppedAndPublishesNothing() throws Exception {
    JobView job = farm.submit("r", mergeRequest("a"));
    JobHandler overtaken =
        (request, context) -> {
          claim(job.id(), 2, "0-0");
          while (!context.cancellation().isCancelled()) {
            Thread.onSpinWait();
          }
          return mergeResult("stale");
        };
    try (WorkerLoop _ = farm.worker("slow", overtaken)) {
      farm.await(job.id(), view -> view.attempts().size() == 2);
    }
    JobEvent result =
        new JobEvent.Succeeded(header(job.id(), "newer"), 2, mergeResult("newer"), List.of());
    farm.feed.awaitApplied(farm.writer.append(result), Duration.ofSeconds(30));
    JobView done = farm.await(job.id(), JobState.SUCCEEDED);
    assertThat(done.conclusion().result()).contains(mergeResult("newer"));
  }

  @Test
  void jobThatKillsEveryWorkerIsGivenUp() throws Exception {
    JobView job = farm.submit("r", mergeRequest("a"));
    for (int attempt = 1; attempt <= 3; attempt++) {
      claim(job.id(), attempt, "0-0");
    }
    try (WorkerLoop _ = farm.worker("w", (request, context) -> mergeResult("m"))) {
      JobView failed = farm.await(job.id(), JobState.FAILED);
      assertThat(failed.attempts()).hasSize(3);
      assertThat(ErrorMessages.reason(failed.conclusion().error().orElseThrow()))
          .contains("WORKER_LOST");
      assertThat(DeadLetter.first(farm).headers()).containsEntry("mergefarm.code", "WORKER_LOST");
    }
  }

  @Test
  void jobWhoseWorkerIsLostWhileCancellingEndsCancelled() throws Exception {
    JobView job = farm.submit("r", mergeRequest("a"));
    claim(job.id(), 1, "0-0");
    farm.await(job.id(), JobState.RUNNING);
    farm.publisher.cancel(job.id(), "");
    try (WorkerLoop _ = farm.worker("w", (request, context) -> mergeResult("m"))) {
      assertThat(farm.await(job.id(), JobState.CANCELLED).attempts()).hasSize(1);
    }
  }

  @Test
  void jobWhoseTicketTheBrokerSetAsideFails() throws Exception {
    JobView job = farm.submit("r", mergeRequest("a"));
    TicketRecovery recovery =
        new TicketRecovery(
            farm.connection, farm.topics, farm.writer, farm.feed.table(), Clock.systemUTC());
    assertThat(recovery.failAbandoned()).isEmpty();
    for (int delivery = 1; delivery <= farm.topics.deliveryLimit(); delivery++) {
      takeTicket().close();
    }
    assertThat(DeadLetter.first(farm).key()).isEqualTo(job.id());
    assertThat(recovery.failAbandoned()).containsExactly(job.id());
    JobView failed = farm.await(job.id(), JobState.FAILED);
    assertThat(ErrorMessages.reason(failed.conclusion().error().orElseThrow()))
        .contains("WORKER_LOST");
    assertThat(recovery.failAbandoned()).isEmpty();
  }

  private KafkaShareConsumer<String, byte[]> takeTicket() {
    KafkaShareConsumer<String, byte[]> consumer =
        farm.connection.ticketConsumer(farm.topics.group(JobKind.MERGE), "frozen");
    consumer.subscribe(List.of(farm.topics.queue(JobKind.MERGE)));
    Optional<ConsumerRecord<String, byte[]>> ticket = Optional.empty();
    while (ticket.isEmpty()) {
      for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(200))) {
        ticket = Optional.of(record);
      }
    }
    return consumer;
  }

  private Position claim(String jobId, int attempt, String ticket) {
    return farm.writer.append(
        new JobEvent.AttemptStarted(
            header(jobId, "claim-" + attempt), attempt, "frozen/" + attempt, ticket));
  }

  private static Header header(String jobId, String id) {
    return new Header(jobId, id, Instant.now());
  }
}
