package dev.mergefarm.jobs.worker;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicIdPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A queue from which one ticket at a time is taken and held. For one thread. A ticket that is not
 * held any more (its lock ran out, the broker went away) comes to some worker again by itself.
 */
final class TicketQueue implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(TicketQueue.class);
  private static final Duration COMMIT_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration RENEW_POLL = Duration.ofSeconds(2);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

  private final KafkaShareConsumer<String, byte[]> consumer;
  private final Duration defaultLock;
  private Optional<ConsumerRecord<String, byte[]>> held = Optional.empty();

  TicketQueue(KafkaShareConsumer<String, byte[]> consumer, String topic, Duration defaultLock) {
    this.consumer = consumer;
    this.defaultLock = defaultLock;
    consumer.subscribe(List.of(topic));
  }

  /** Takes the next ticket and holds it. */
  Optional<ConsumerRecord<String, byte[]>> take(Duration atMost) {
    if (held.isPresent()) {
      throw new IllegalStateException("a ticket is held already");
    }
    receive(consumer.poll(atMost), -1);
    return held;
  }

  boolean holdsTicket() {
    return held.isPresent();
  }

  /** How long the ticket stays with a worker that does not renew it. */
  Duration lockDuration() {
    return consumer.acquisitionLockTimeoutMs().map(Duration::ofMillis).orElse(defaultLock);
  }

  /**
   * Holds the ticket for another lock duration, if it is held still. The commit must come before
   * the poll: a poll with an uncommitted renewal fetches a second ticket, whose lock then runs out
   * unseen. The poll must come too: only a record that it returns again can be acknowledged later.
   */
  void renew() {
    if (held.isEmpty()) {
      return;
    }
    long offset = held.get().offset();
    if (acknowledge(AcknowledgeType.RENEW)) {
      receive(consumer.poll(RENEW_POLL), offset);
      if (held.isEmpty()) {
        LOG.warn("Ticket at offset {} was renewed but did not come back; it will again.", offset);
      }
    }
  }

  /** Done with the ticket for good. */
  void accept() {
    acknowledge(AcknowledgeType.ACCEPT);
  }

  /** Gives the ticket to whichever worker is free next. */
  void release() {
    acknowledge(AcknowledgeType.RELEASE);
  }

  /** Ends the hold on a ticket that was left unacknowledged; it comes to some worker again. */
  void letGo() {
    if (held.isPresent()) {
      release();
    }
  }

  @Override
  public void close() {
    consumer.close(CLOSE_TIMEOUT);
  }

  private void receive(Iterable<ConsumerRecord<String, byte[]>> records, long wantedOffset) {
    for (ConsumerRecord<String, byte[]> record : records) {
      boolean wanted = wantedOffset < 0 || record.offset() == wantedOffset;
      if (wanted && held.isEmpty()) {
        held = Optional.of(record);
      } else {
        consumer.acknowledge(record, AcknowledgeType.RELEASE);
      }
    }
  }

  /** Whether the broker took it; either way the record at hand is used up. */
  private boolean acknowledge(AcknowledgeType type) {
    if (held.isEmpty()) {
      return false;
    }
    ConsumerRecord<String, byte[]> record = held.get();
    held = Optional.empty();
    try {
      consumer.acknowledge(record, type);
      Map<TopicIdPartition, Optional<KafkaException>> results = consumer.commitSync(COMMIT_TIMEOUT);
      Optional<KafkaException> failure =
          results.values().stream().flatMap(Optional::stream).findFirst();
      failure.ifPresent(
          e -> LOG.warn("{} of ticket at offset {}: {}", type, record.offset(), e.toString()));
      return failure.isEmpty();
    } catch (KafkaException | IllegalStateException e) {
      LOG.warn("{} of ticket at offset {}: {}", type, record.offset(), e.toString());
      return false;
    }
  }
}
