package dev.mergefarm.jobs.submit;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.jobs.JobEvent;
import dev.mergefarm.jobs.JobKind;
import dev.mergefarm.jobs.JobState;
import dev.mergefarm.jobs.JobView;
import dev.mergefarm.jobs.kafka.KafkaConnection;
import dev.mergefarm.jobs.kafka.RecordWriter;
import dev.mergefarm.jobs.kafka.TopicSettings;
import dev.mergefarm.jobs.table.JobTable;
import dev.mergefarm.jobs.wire.ErrorMessages;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.admin.SharePartitionOffsetInfo;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;

/**
 * Finds jobs that nobody would ever work on, and mends them: queued jobs whose ticket was never
 * written, because the gateway died or the broker went away between the two writes, get one (a
 * ticket too many does no harm: workers drop it); jobs whose ticket the broker itself set aside,
 * after too many deliveries to workers that died at once, fail.
 */
public final class TicketRecovery {

  private static final Duration READ_LIMIT = Duration.ofSeconds(30);
  private static final int RECORDS_PER_POLL = 2000;

  /** Jobs younger than this may be between their two writes right now. */
  private static final Duration GRACE = Duration.ofMinutes(1);

  private final KafkaConnection connection;
  private final TopicSettings topics;
  private final RecordWriter writer;
  private final JobTable table;
  private final Clock clock;

  public TicketRecovery(
      KafkaConnection connection,
      TopicSettings topics,
      RecordWriter writer,
      JobTable table,
      Clock clock) {
    this.connection = connection;
    this.topics = topics;
    this.writer = writer;
    this.table = table;
    this.clock = clock;
  }

  /**
   * Fails every job whose ticket is on the dead-letter topic. Workers put a ticket there after they
   * have failed its job, so a job that has not ended lost its ticket to the broker.
   *
   * @return ids of the jobs that fail
   * @throws MergefarmException with {@code BROKER_UNAVAILABLE}
   */
  public List<String> failAbandoned() {
    if (table.all().allMatch(job -> job.state().isFinal())) {
      return List.of();
    }
    List<JobView> abandoned =
        keys(new TopicPartition(topics.deadLetters(), 0), 0).stream()
            .flatMap(id -> table.find(id).stream())
            .filter(job -> !job.state().isFinal())
            .toList();
    abandoned.forEach(this::fail);
    return abandoned.stream().map(JobView::id).toList();
  }

  private void fail(JobView job) {
    writer.append(
        new JobEvent.Failed(
            new JobEvent.Header(job.id(), UUID.randomUUID().toString(), clock.instant()),
            job.attempts().size(),
            ErrorMessages.status(
                ErrorCode.WORKER_LOST,
                "Its ticket went to worker after worker, and none could begin or end its work.")));
  }

  /**
   * Writes every missing ticket. To be called when the table has been restored, and now and then.
   *
   * @return ids of the jobs that got one
   * @throws MergefarmException with {@code BROKER_UNAVAILABLE}
   */
  public List<String> recover() {
    List<String> recovered = new ArrayList<>();
    for (JobKind kind : JobKind.values()) {
      List<JobView> waiting = waiting(kind);
      if (!waiting.isEmpty()) {
        Set<String> ticketed = ticketed(kind);
        waiting.stream()
            .filter(job -> !ticketed.contains(job.id()))
            .forEach(
                job -> {
                  writer.enqueue(job.id(), kind, table.created(job.id()).orElseThrow());
                  recovered.add(job.id());
                });
      }
    }
    return recovered;
  }

  private List<JobView> waiting(JobKind kind) {
    Instant young = clock.instant().minus(GRACE);
    return table
        .all()
        .filter(job -> job.kind() == kind && job.state() == JobState.QUEUED)
        .filter(job -> job.origin().createTime().isBefore(young))
        .toList();
  }

  /** Jobs that have a ticket which no worker has finished with. */
  private Set<String> ticketed(JobKind kind) {
    TopicPartition queue = new TopicPartition(topics.queue(kind), 0);
    return keys(queue, groupStart(kind, queue));
  }

  /** Keys of all records from an offset to the present end. */
  private Set<String> keys(TopicPartition partition, long from) {
    Set<String> keys = new HashSet<>();
    try (KafkaConsumer<String, byte[]> consumer = connection.reader(RECORDS_PER_POLL)) {
      consumer.assign(List.of(partition));
      long end = consumer.endOffsets(List.of(partition)).get(partition);
      long begin = consumer.beginningOffsets(List.of(partition)).get(partition);
      consumer.seek(partition, Math.max(begin, from));
      long deadline = System.nanoTime() + READ_LIMIT.toNanos();
      while (consumer.position(partition) < end) {
        if (System.nanoTime() > deadline) {
          throw unavailable(
              partition.topic() + " could not be read within " + READ_LIMIT + ".", null);
        }
        for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(100))) {
          if (record.key() != null) {
            keys.add(record.key());
          }
        }
      }
    } catch (KafkaException e) {
      throw unavailable(partition.topic() + " could not be read: " + e.getMessage(), e);
    }
    return keys;
  }

  /** The first offset that the share group is not done with; 0 before the group has any. */
  private long groupStart(JobKind kind, TopicPartition queue) {
    String group = topics.group(kind);
    try (Admin admin = connection.admin()) {
      Map<TopicPartition, SharePartitionOffsetInfo> offsets =
          admin
              .listShareGroupOffsets(Map.of(group, new ListShareGroupOffsetsSpec()))
              .partitionsToOffsetInfo(group)
              .get(READ_LIMIT.toSeconds(), TimeUnit.SECONDS);
      SharePartitionOffsetInfo info = offsets.get(queue);
      return info == null ? 0 : Math.max(0, info.startOffset());
    } catch (ExecutionException e) {
      if (e.getCause() instanceof GroupIdNotFoundException) {
        return 0;
      }
      throw unavailable("The group's offsets could not be read: " + e.getMessage(), e);
    } catch (TimeoutException e) {
      throw unavailable("The group's offsets could not be read in time.", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new MergefarmException(ErrorCode.CANCELLED, "Interrupted.", e);
    }
  }

  private static MergefarmException unavailable(String message, Throwable cause) {
    return new MergefarmException(ErrorCode.BROKER_UNAVAILABLE, message, cause);
  }
}
