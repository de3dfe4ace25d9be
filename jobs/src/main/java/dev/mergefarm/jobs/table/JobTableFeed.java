package dev.mergefarm.jobs.table;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.jobs.JobEvent;
import dev.mergefarm.jobs.kafka.KafkaConnection;
import dev.mergefarm.jobs.kafka.Position;
import dev.mergefarm.jobs.kafka.TopicSettings;
import dev.mergefarm.jobs.wire.EventRecords;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a {@link JobTable} up to the event topic: all of it at start, then each record as it comes.
 * When the broker goes away it waits and goes on where it was. Owns one thread.
 */
public final class JobTableFeed implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(JobTableFeed.class);
  private static final int RECORDS_PER_POLL = 5000;
  private static final Duration RETRY_PAUSE = Duration.ofSeconds(1);
  private static final Duration FORGET_INTERVAL = Duration.ofMinutes(10);

  private final KafkaConnection connection;
  private final TopicSettings topics;
  private final Clock clock;
  private final JobTable table = new JobTable();
  private final Map<Integer, Long> nextOffsets = new ConcurrentHashMap<>();
  private final Object applied = new Object();
  private final CountDownLatch closing = new CountDownLatch(1);
  private final CountDownLatch restored = new CountDownLatch(1);
  private final Thread thread;
  private volatile KafkaConsumer<String, byte[]> reading;
  private Instant lastForgotten;

  private JobTableFeed(KafkaConnection connection, TopicSettings topics, Clock clock) {
    this.connection = connection;
    this.topics = topics;
    this.clock = clock;
    this.lastForgotten = clock.instant();
    this.thread = Thread.ofPlatform().name("job-table").daemon().unstarted(this::run);
  }

  /** Starts reading; the table fills while the call returns at once. */
  public static JobTableFeed start(KafkaConnection connection, TopicSettings topics, Clock clock) {
    JobTableFeed feed = new JobTableFeed(connection, topics, clock);
    feed.thread.start();
    return feed;
  }

  public JobTable table() {
    return table;
  }

  /** Whether the table holds everything that was on the topic at start. */
  public boolean isRestored() {
    return restored.getCount() == 0;
  }

  /**
   * Waits for the table to hold everything that was on the topic at start.
   *
   * @throws MergefarmException with {@code BROKER_UNAVAILABLE} when that takes longer than allowed
   */
  public void awaitRestored(Duration atMost) {
    try {
      if (!restored.await(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new MergefarmException(
            ErrorCode.BROKER_UNAVAILABLE,
            "The table of jobs could not be restored from Kafka within " + atMost + ".");
      }
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /**
   * Waits until the event at a position has been folded in, so that a writer reads its own write.
   *
   * @throws MergefarmException with {@code BROKER_UNAVAILABLE} when that takes longer than allowed
   */
  public void awaitApplied(Position position, Duration atMost) {
    long deadline = System.nanoTime() + atMost.toNanos();
    synchronized (applied) {
      while (nextOffsets.getOrDefault(position.partition(), 0L) <= position.offset()) {
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          throw new MergefarmException(
              ErrorCode.BROKER_UNAVAILABLE,
              "An event was written but did not come back from Kafka within " + atMost + ".");
        }
        try {
          TimeUnit.NANOSECONDS.timedWait(applied, left);
        } catch (InterruptedException e) {
          throw interrupted(e);
        }
      }
    }
  }

  @Override
  public void close() {
    closing.countDown();
    Optional.ofNullable(reading).ifPresent(KafkaConsumer::wakeup);
    try {
      thread.join(Duration.ofSeconds(10));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    while (closing.getCount() > 0) {
      try (KafkaConsumer<String, byte[]> consumer = connection.reader(RECORDS_PER_POLL)) {
        reading = consumer;
        follow(consumer);
      } catch (WakeupException e) {
        LOG.debug("The table of jobs is closed.");
      } catch (KafkaException e) {
        LOG.warn("The event topic cannot be read now, trying again: {}", e.toString());
        pause();
      } catch (RuntimeException e) {
        LOG.error("The table of jobs stumbled; it goes on with the next record.", e);
        pause();
      }
    }
  }

  private void follow(KafkaConsumer<String, byte[]> consumer) {
    List<TopicPartition> partitions = partitions(consumer);
    if (partitions.isEmpty()) {
      pause();
      return;
    }
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    nextOffsets.forEach(
        (partition, offset) ->
            consumer.seek(new TopicPartition(topics.events(), partition), offset));
    Map<TopicPartition, Long> ends = new HashMap<>(consumer.endOffsets(partitions));
    long began = System.nanoTime();
    while (closing.getCount() > 0) {
      consumer.poll(Duration.ofMillis(isRestored() ? 200 : 20)).forEach(this::apply);
      for (TopicPartition partition : partitions) {
        // Beyond the last record applied: compaction leaves gaps that a position passes over.
        nextOffsets.put(partition.partition(), consumer.position(partition));
      }
      synchronized (applied) {
        applied.notifyAll();
      }
      if (!isRestored() && reached(consumer, ends)) {
        LOG.info(
            "{} jobs restored in {} ms",
            table.all().count(),
            (System.nanoTime() - began) / 1_000_000);
        restored.countDown();
      }
      forget();
    }
  }

  private List<TopicPartition> partitions(KafkaConsumer<String, byte[]> consumer) {
    return consumer.partitionsFor(topics.events()).stream()
        .map(info -> new TopicPartition(info.topic(), info.partition()))
        .toList();
  }

  private void apply(ConsumerRecord<String, byte[]> record) {
    Position position = new Position(record.partition(), record.offset());
    Optional<JobEvent> event =
        record.value() == null ? Optional.empty() : EventRecords.parse(record.value());
    if (event.isPresent()) {
      table.apply(position, event.get());
    } else {
      LOG.warn("Record {} is no event that this version knows; passed over.", position.text());
    }
    nextOffsets.put(record.partition(), record.offset() + 1);
  }

  private static boolean reached(
      KafkaConsumer<String, byte[]> consumer, Map<TopicPartition, Long> ends) {
    return ends.entrySet().stream()
        .allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
  }

  private void forget() {
    Instant now = clock.instant();
    if (lastForgotten.plus(FORGET_INTERVAL).isBefore(now)) {
      lastForgotten = now;
      table.forgetEndedBefore(now.minus(topics.retention()));
    }
  }

  private void pause() {
    try {
      closing.await(RETRY_PAUSE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static MergefarmException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new MergefarmException(ErrorCode.CANCELLED, "Interrupted while waiting for Kafka.", e);
  }
}
