package dev.mergefarm.jobs.worker;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.jobs.JobFold;
import dev.mergefarm.jobs.JobView;
import dev.mergefarm.jobs.kafka.KafkaConnection;
import dev.mergefarm.jobs.kafka.Position;
import dev.mergefarm.jobs.kafka.TopicSettings;
import dev.mergefarm.jobs.wire.EventRecords;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/**
 * Follows the events of one job at a time, from its first event on. It reads the partition that the
 * job's events are on and passes over other jobs', so it needs no memory for them. For one thread.
 */
final class JobFollower implements AutoCloseable {

  private static final int RECORDS_PER_POLL = 1000;
  private static final Duration CATCH_UP_LIMIT = Duration.ofSeconds(20);
  private static final Duration POLL = Duration.ofMillis(50);

  private final KafkaConsumer<String, byte[]> consumer;
  private final String topic;
  private TopicPartition partition;
  private String keyPrefix = "";
  private Optional<JobView> job = Optional.empty();

  JobFollower(KafkaConnection connection, TopicSettings topics) {
    this.consumer = connection.reader(RECORDS_PER_POLL);
    this.topic = topics.events();
    this.partition = new TopicPartition(topic, 0);
  }

  /**
   * Starts following a job and folds everything that has happened to it.
   *
   * @param created where its first event stands
   * @throws MergefarmException with {@code BROKER_UNAVAILABLE}
   */
  void follow(String jobId, Position created) {
    partition = new TopicPartition(topic, created.partition());
    keyPrefix = jobId + "/";
    job = Optional.empty();
    consumer.assign(List.of(partition));
    consumer.seek(partition, created.offset());
    long end = consumer.endOffsets(List.of(partition)).get(partition);
    readTo(end);
  }

  /** The job as far as it has been read; empty when its events are no longer kept. */
  Optional<JobView> job() {
    return job;
  }

  /** Reads on, waiting a moment for something to come. */
  void poll(Duration atMost) {
    consumer.poll(atMost).forEach(this::apply);
  }

  /** Reads until an event that was just written has been folded in. */
  void readPast(Position position) {
    readTo(position.offset() + 1);
  }

  @Override
  public void close() {
    consumer.close();
  }

  private void readTo(long end) {
    long deadline = System.nanoTime() + CATCH_UP_LIMIT.toNanos();
    while (consumer.position(partition) < end) {
      if (System.nanoTime() > deadline) {
        throw new MergefarmException(
            ErrorCode.BROKER_UNAVAILABLE,
            "The job's events could not be read within " + CATCH_UP_LIMIT + ".");
      }
      poll(POLL);
    }
  }

  private void apply(ConsumerRecord<String, byte[]> record) {
    if (record.value() == null || !record.key().startsWith(keyPrefix)) {
      return;
    }
    EventRecords.parse(record.value())
        .ifPresent(
            event -> {
              if (JobFold.apply(job, event) instanceof JobFold.Applied applied) {
                job = Optional.of(applied.job());
              }
            });
  }
}
