package dev.mergefarm.jobs.kafka;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.jobs.JobEvent;
import dev.mergefarm.jobs.JobKind;
import dev.mergefarm.jobs.wire.EventRecords;
import dev.mergefarm.jobs.wire.JobMessages;
import dev.mergefarm.proto.v1.TicketRecord;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.utils.Utils;

/** Appends events, tickets and dead letters. Safe for many threads; one per process is enough. */
public final class RecordWriter implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final TopicSettings topics;
  private final Clock clock;
  private final KafkaProducer<String, byte[]> producer;

  public RecordWriter(KafkaConnection connection, TopicSettings topics, Clock clock) {
    this.topics = topics;
    this.clock = clock;
    this.producer = connection.producer();
  }

  /** The partition of the event topic that holds a job's events, in order. */
  public static int eventPartition(String jobId, int partitions) {
    byte[] bytes = jobId.getBytes(StandardCharsets.UTF_8);
    return Utils.toPositive(Utils.murmur2(bytes)) % partitions;
  }

  /**
   * Appends an event and waits until the broker has it.
   *
   * @throws MergefarmException with {@code BROKER_UNAVAILABLE} when the broker does not take it, or
   *     {@code RESULT_TOO_LARGE} when it never will
   */
  public Position append(JobEvent event) {
    return await(appendLater(event));
  }

  /** Appends an event without waiting; the future fails as {@link #append} does. */
  public CompletableFuture<Position> appendLater(JobEvent event) {
    try {
      int partitions = producer.partitionsFor(topics.events()).size();
      return send(
          new ProducerRecord<>(
              topics.events(),
              eventPartition(event.header().jobId(), partitions),
              event.header().time().toEpochMilli(),
              EventRecords.key(event),
              EventRecords.toRecord(event).toByteArray()));
    } catch (KafkaException e) {
      return CompletableFuture.failedFuture(failure(e));
    }
  }

  /**
   * Puts a job in its queue and waits until the broker has it.
   *
   * @param created where the job's first event stands
   */
  public void enqueue(String jobId, JobKind kind, Position created) {
    TicketRecord ticket =
        TicketRecord.newBuilder()
            .setJobId(jobId)
            .setKind(JobMessages.kind(kind))
            .setEventPartition(created.partition())
            .setEventOffset(created.offset())
            .setCreateTime(JobMessages.timestamp(clock.instant()))
            .build();
    await(send(new ProducerRecord<>(topics.queue(kind), jobId, ticket.toByteArray())));
  }

  /** Sets a ticket aside for people to look at, with the reason in the headers. */
  public void deadLetter(String key, byte[] ticket, Map<String, String> headers) {
    ProducerRecord<String, byte[]> record = new ProducerRecord<>(topics.deadLetters(), key, ticket);
    headers.forEach(
        (name, value) -> record.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
    await(send(record));
  }

  @Override
  public void close() {
    producer.close(Duration.ofSeconds(5));
  }

  private CompletableFuture<Position> send(ProducerRecord<String, byte[]> record) {
    CompletableFuture<Position> written = new CompletableFuture<>();
    try {
      producer.send(
          record,
          (metadata, failure) -> {
            if (failure == null) {
              written.complete(new Position(metadata.partition(), metadata.offset()));
            } else {
              written.completeExceptionally(failure(failure));
            }
          });
    } catch (KafkaException e) {
      written.completeExceptionally(failure(e));
    }
    return written;
  }

  private static MergefarmException failure(Exception failure) {
    return failure instanceof RecordTooLargeException
        ? new MergefarmException(
            ErrorCode.RESULT_TOO_LARGE,
            "The record is larger than " + TopicSettings.MAXIMUM_RECORD_BYTES + " bytes.",
            failure)
        : new MergefarmException(
            ErrorCode.BROKER_UNAVAILABLE,
            "Kafka did not take a record: " + failure.getMessage(),
            failure);
  }

  private static Position await(CompletableFuture<Position> written) {
    try {
      return written.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof MergefarmException known
          ? known
          : failure(new KafkaException(e.getCause()));
    } catch (TimeoutException e) {
      throw failure(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new MergefarmException(ErrorCode.CANCELLED, "Interrupted while writing.", e);
    }
  }
}
