package dev.mergefarm.gateway.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mergefarm.embeddedkafka.EmbeddedKafka;
import dev.mergefarm.embeddedkafka.EmbeddedKafkaSettings;
import dev.mergefarm.jobs.JobRequest;
import dev.mergefarm.jobs.JobResult;
import dev.mergefarm.jobs.kafka.KafkaConnection;
import dev.mergefarm.jobs.kafka.Position;
import dev.mergefarm.jobs.kafka.RecordWriter;
import dev.mergefarm.jobs.kafka.TopicSettings;
import dev.mergefarm.jobs.kafka.Topics;
import dev.mergefarm.jobs.table.JobTableFeed;
import dev.mergefarm.proto.v1.JobEvent;
import dev.mergefarm.proto.v1.JobProgress;
import dev.mergefarm.proto.v1.JobState;
import dev.mergefarm.proto.v1.MergeRequest;
import dev.mergefarm.proto.v1.MergeResult;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a watcher that does not keep up is sent. */
class SlowWatchTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int PROGRESS_EVENTS = 3_000;

  /** The broker tells much. Kept, because a logger that nobody holds forgets its level. */
  private static final Logger ROOT_LOGGER = Logger.getLogger("");

  @TempDir static Path data;
  private static EmbeddedKafka broker;
  private static RecordWriter writer;
  private static JobTableFeed feed;

  /** Takes as many events as it is allowed to. */
  private static final class Client implements WatchClient {
    private final List<JobEvent> received = new ArrayList<>();
    private int allowed;
    private boolean completed;

    @Override
    public synchronized boolean isReady() {
      return received.size() < allowed;
    }

    @Override
    public synchronized void send(JobEvent event) {
      received.add(event);
    }

    @Override
    public synchronized void complete() {
      completed = true;
    }

    @Override
    public void fail(RuntimeException failure) {
      throw failure;
    }

    synchronized void allow(int more) {
      allowed += more;
    }

    synchronized List<JobEvent> received() {
      return List.copyOf(received);
    }
  }

  @BeforeAll
  static void startBroker() {
    ROOT_LOGGER.setLevel(Level.WARNING);
    broker = EmbeddedKafka.start(EmbeddedKafkaSettings.onFreePorts(data, Duration.ofSeconds(15)));
    KafkaConnection connection = KafkaConnection.plain(broker.bootstrapServers());
    try (Admin admin = connection.admin()) {
      Topics.ensure(admin, TopicSettings.DEFAULT);
    }
    writer = new RecordWriter(connection, TopicSettings.DEFAULT, Clock.systemUTC());
    feed = JobTableFeed.start(connection, TopicSettings.DEFAULT, Clock.systemUTC());
    feed.awaitRestored(PATIENCE);
  }

  @AfterAll
  static void stopBroker() {
    feed.close();
    writer.close();
    broker.close();
  }

  @Test
  void aWatcherThatDoesNotReadIsOwedEveryStateChangeAndTheNewestProgressOnly() {
    String id = "slow";
    append(created(id));
    Client client = new Client();
    client.allow(1);
    WatchPump pump = new WatchPump(client, Runnable::run, () -> {});
    pump.start(feed.table().watch(id, 1, pump::signal));

    append(new dev.mergefarm.jobs.JobEvent.AttemptStarted(header(id, "start"), 1, "w", "0-0"));
    makeProgress(id);
    assertThat(client.received()).extracting(JobEvent::getNumber).containsExactly(1L);

    client.allow(PROGRESS_EVENTS);
    pump.signal();
    List<JobEvent> caughtUp = client.received();
    assertThat(caughtUp).hasSizeLessThanOrEqualTo(3);
    assertThat(caughtUp.getLast().getNumber()).isEqualTo(2);
    assertThat(caughtUp.getLast().getJob().getProgress().getItemsDone()).isEqualTo(PROGRESS_EVENTS);

    append(
        new dev.mergefarm.jobs.JobEvent.Succeeded(
            header(id, "end"),
            1,
            new JobResult.Merge(MergeResult.getDefaultInstance()),
            List.of()));
    assertThat(client.received().getLast().getJob().getState())
        .isEqualTo(JobState.JOB_STATE_SUCCEEDED);
    assertThat(client.completed).isTrue();
  }

  @Test
  void aWatcherThatLeavesIsCalledNoMore() {
    String id = "left";
    append(created(id));
    Client client = new Client();
    client.allow(PROGRESS_EVENTS);
    List<String> ends = new ArrayList<>();
    WatchPump pump = new WatchPump(client, Runnable::run, () -> ends.add("end"));
    pump.start(feed.table().watch(id, 1, pump::signal));
    pump.stop();
    pump.stop();
    append(new dev.mergefarm.jobs.JobEvent.AttemptStarted(header(id, "start"), 1, "w", "0-0"));
    pump.signal();
    assertThat(client.received()).hasSize(1);
    assertThat(ends).containsExactly("end");
  }

  private static void makeProgress(String id) {
    List<CompletableFuture<Position>> written = new ArrayList<>();
    for (int i = 1; i <= PROGRESS_EVENTS; i++) {
      JobProgress progress = JobProgress.newBuilder().setStage("merge").setItemsDone(i).build();
      written.add(
          writer.appendLater(
              new dev.mergefarm.jobs.JobEvent.ProgressMade(
                  header(id, dev.mergefarm.jobs.JobEvent.Header.PROGRESS_ID), 1, progress)));
    }
    written.forEach(CompletableFuture::join);
    feed.awaitApplied(written.getLast().join(), PATIENCE);
  }

  private static dev.mergefarm.jobs.JobEvent.Created created(String id) {
    return new dev.mergefarm.jobs.JobEvent.Created(
        header(id, "create"),
        "default",
        id,
        new JobRequest.Merge(MergeRequest.getDefaultInstance()),
        Map.of(),
        "digest",
        List.of());
  }

  private static dev.mergefarm.jobs.JobEvent.Header header(String id, String event) {
    return new dev.mergefarm.jobs.JobEvent.Header(id, event, Clock.systemUTC().instant());
  }

  private static void append(dev.mergefarm.jobs.JobEvent event) {
    feed.awaitApplied(writer.append(event), PATIENCE);
  }
}
