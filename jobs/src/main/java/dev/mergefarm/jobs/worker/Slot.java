package dev.mergefarm.jobs.worker;

import dev.mergefarm.common.MergefarmException;
import java.time.Duration;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One job at a time, for as long as the worker lives. A failure of Kafka costs the ticket at hand,
 * which comes again, and the clients, which are made anew.
 */
final class Slot implements Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(Slot.class);
  private static final Duration TAKE = Duration.ofMillis(250);
  private static final Duration RETRY_PAUSE = Duration.ofSeconds(1);

  private final SlotTools tools;
  private final String name;

  Slot(SlotTools tools, String name) {
    this.tools = tools;
    this.name = name;
  }

  @Override
  public void run() {
    while (!tools.shutdown().isRequested()) {
      try (TicketQueue queue = openQueue();
          JobFollower follower = new JobFollower(tools.connection(), tools.topics())) {
        takeTickets(queue, follower);
      } catch (KafkaException | MergefarmException e) {
        LOG.warn("Slot {} starts over: {}", name, e.toString());
        tools.shutdown().pause(RETRY_PAUSE);
      } catch (RuntimeException e) {
        LOG.error("Slot {} starts over after a defect.", name, e);
        tools.shutdown().pause(RETRY_PAUSE);
      }
    }
  }

  private TicketQueue openQueue() {
    String group = tools.topics().group(tools.settings().kind());
    KafkaShareConsumer<String, byte[]> consumer = tools.connection().ticketConsumer(group, name);
    String topic = tools.topics().queue(tools.settings().kind());
    return new TicketQueue(consumer, topic, tools.topics().lockDuration());
  }

  private void takeTickets(TicketQueue queue, JobFollower follower) {
    while (!tools.shutdown().isRequested()) {
      Optional<ConsumerRecord<String, byte[]>> ticket = queue.take(TAKE);
      if (ticket.isPresent()) {
        new TicketWork(tools, name, queue, follower, ticket.get()).run();
        queue.letGo();
      }
    }
  }
}
