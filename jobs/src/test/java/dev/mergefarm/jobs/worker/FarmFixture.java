package dev.mergefarm.jobs.worker;

import dev.mergefarm.embeddedkafka.EmbeddedKafka;
import dev.mergefarm.embeddedkafka.EmbeddedKafkaSettings;
import dev.mergefarm.jobs.JobKind;
import dev.mergefarm.jobs.JobRequest;
import dev.mergefarm.jobs.JobState;
import dev.mergefarm.jobs.JobView;
import dev.mergefarm.jobs.kafka.KafkaConnection;
import dev.mergefarm.jobs.kafka.RecordWriter;
import dev.mergefarm.jobs.kafka.TopicSettings;
import dev.mergefarm.jobs.kafka.Topics;
import dev.mergefarm.jobs.submit.JobPublisher;
import dev.mergefarm.jobs.submit.Submission;
import dev.mergefarm.jobs.table.JobTableFeed;
import dev.mergefarm.jobs.table.JobWatch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;

/**
 * A broker for the whole test run, and a farm of topics of its own for each test. Locks last two
 * seconds, so that losing one does not take long.
 */
public final class FarmFixture implements AutoCloseable {

  public static final Duration LOCK = Duration.ofSeconds(2);

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final AtomicInteger NUMBER = new AtomicInteger();

  public final KafkaConnection connection;
  public final TopicSettings topics;
  public final RecordWriter writer;
  public final JobTableFeed feed;
  public final JobPublisher publisher;

  /** Started when first asked for, and stopped with the JVM. */
  private static final class Broker {
    static final EmbeddedKafka KAFKA = start();

    private static EmbeddedKafka start() {
      try {
        Path directory = Files.createTempDirectory(Path.of("target"), "kafka-");
        EmbeddedKafka kafka =
            EmbeddedKafka.start(
                EmbeddedKafkaSettings.onFreePorts(directory, Duration.ofSeconds(1)));
        Runtime.getRuntime().addShutdownHook(new Thread(kafka::close));
        return kafka;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private FarmFixture(String bootstrapServers) {
    connection = KafkaConnection.plain(bootstrapServers);
    topics =
        new TopicSettings(
            "test" + NUMBER.incrementAndGet(), 2, (short) 1, Duration.ofDays(1), LOCK, 5);
    try (Admin admin = connection.admin()) {
      Topics.ensure(admin, topics);
    }
    writer = new RecordWriter(connection, topics, Clock.systemUTC());
    feed = JobTableFeed.start(connection, topics, Clock.systemUTC());
    feed.awaitRestored(PATIENCE);
    publisher = new JobPublisher(writer, feed, Clock.systemUTC());
  }

  public static FarmFixture open() {
    return new FarmFixture(Broker.KAFKA.bootstrapServers());
  }

  public static FarmFixture openOn(String bootstrapServers) {
    return new FarmFixture(bootstrapServers);
  }

  public WorkerSettings workerSettings(String name) {
    return new WorkerSettings(
        name,
        JobKind.MERGE,
        1,
        3,
        Duration.ofMillis(10),
        Duration.ofMillis(100),
        Duration.ofMillis(200));
  }

  public WorkerLoop worker(String name, JobHandler handler) {
    return WorkerLoop.start(
        connection, topics, workerSettings(name), handler, WorkerListener.NONE, Clock.systemUTC());
  }

  public JobView submit(String requestId, JobRequest request) {
    return publisher.submit(new Submission("", requestId, request, Map.of(), List.of()));
  }

  /** Waits until a job is as wanted, and answers with it. */
  public JobView await(String jobId, Predicate<JobView> wanted)
      throws InterruptedException, TimeoutException {
    Semaphore changed = new Semaphore(1);
    try (JobWatch _ = feed.table().watch(jobId, 0, changed::release)) {
      long end = System.nanoTime() + PATIENCE.toNanos();
      while (System.nanoTime() < end) {
        JobView job = feed.table().find(jobId).orElseThrow();
        if (wanted.test(job)) {
          return job;
        }
        changed.tryAcquire(1, TimeUnit.SECONDS);
      }
      throw new TimeoutException("the job stayed " + feed.table().find(jobId).orElseThrow());
    }
  }

  public JobView await(String jobId, JobState state) throws InterruptedException, TimeoutException {
    return await(jobId, job -> job.state() == state);
  }

  @Override
  public void close() {
    feed.close();
    writer.close();
  }
}
