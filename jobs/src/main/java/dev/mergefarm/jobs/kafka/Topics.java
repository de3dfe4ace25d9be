package dev.mergefarm.jobs.kafka;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.jobs.JobKind;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicExistsException;

/**
 * Makes topics and share groups what jobs need them to be. Safe to call by every process at start.
 */
public final class Topics {

  private static final long TIMEOUT_SECONDS = 30;

  /**
   * A queue has one partition: a share group shares one partition among all its members, while of
   * several it gives each member some, and tickets would wait behind a busy member.
   */
  private static final int QUEUE_PARTITIONS = 1;

  private Topics() {}

  /**
   * Creates what is missing and sets what differs. Partition counts of existing topics stay.
   *
   * @throws MergefarmException with {@code BROKER_UNAVAILABLE} if the broker does not answer within
   *     30 s or refuses
   */
  public static void ensure(Admin admin, TopicSettings settings) {
    List<NewTopic> topics = topics(settings);
    admin
        .createTopics(topics)
        .values()
        .forEach((name, created) -> await(created, "make topic " + name, true));
    Map<ConfigResource, Collection<AlterConfigOp>> changes = new HashMap<>();
    for (NewTopic topic : topics) {
      changes.put(
          new ConfigResource(ConfigResource.Type.TOPIC, topic.name()), changes(topic.configs()));
    }
    for (JobKind kind : JobKind.values()) {
      changes.put(
          new ConfigResource(ConfigResource.Type.GROUP, settings.group(kind)),
          changes(groupConfig(settings)));
    }
    admin
        .incrementalAlterConfigs(changes)
        .values()
        .forEach((resource, altered) -> await(altered, "configure " + resource.name(), false));
  }

  private static List<NewTopic> topics(TopicSettings settings) {
    List<NewTopic> topics = new ArrayList<>();
    Map<String, String> events = kept(settings, "compact,delete");
    events.put("min.cleanable.dirty.ratio", "0.2");
    events.put("max.message.bytes", Integer.toString(TopicSettings.MAXIMUM_RECORD_BYTES));
    topics.add(topic(settings, settings.events(), settings.eventPartitions()).configs(events));
    for (JobKind kind : JobKind.values()) {
      topics.add(
          topic(settings, settings.queue(kind), QUEUE_PARTITIONS)
              .configs(kept(settings, "delete")));
    }
    Map<String, String> deadLetters = kept(settings, "delete");
    deadLetters.put("errors.deadletterqueue.group.enable", "true");
    topics.add(topic(settings, settings.deadLetters(), 1).configs(deadLetters));
    return topics;
  }

  /** Retention counts from a record's time: the broker's, since a client's clock may be wrong. */
  private static Map<String, String> kept(TopicSettings settings, String cleanupPolicy) {
    Map<String, String> config = new HashMap<>();
    config.put("cleanup.policy", cleanupPolicy);
    config.put("retention.ms", Long.toString(settings.retention().toMillis()));
    config.put("message.timestamp.type", "LogAppendTime");
    return config;
  }

  private static NewTopic topic(TopicSettings settings, String name, int partitions) {
    Optional<Short> replication =
        settings.replicationFactor() == -1
            ? Optional.empty()
            : Optional.of(settings.replicationFactor());
    return new NewTopic(name, Optional.of(partitions), replication);
  }

  private static Map<String, String> groupConfig(TopicSettings settings) {
    return Map.of(
        "share.auto.offset.reset",
        "earliest",
        "share.record.lock.duration.ms",
        Long.toString(settings.lockDuration().toMillis()),
        "share.delivery.count.limit",
        Integer.toString(settings.deliveryLimit()),
        "share.renew.acknowledge.enable",
        "true",
        "errors.deadletterqueue.topic.name",
        settings.deadLetters(),
        "errors.deadletterqueue.copy.record.enable",
        "true");
  }

  private static List<AlterConfigOp> changes(Map<String, String> config) {
    return config.entrySet().stream()
        .map(
            entry ->
                new AlterConfigOp(
                    new ConfigEntry(entry.getKey(), entry.getValue()), AlterConfigOp.OpType.SET))
        .toList();
  }

  private static void await(KafkaFuture<Void> done, String what, boolean mayExist) {
    try {
      done.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (!(mayExist && e.getCause() instanceof TopicExistsException)) {
        throw unavailable(what, e.getCause());
      }
    } catch (TimeoutException e) {
      throw unavailable(what, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new MergefarmException(ErrorCode.CANCELLED, "Interrupted on the way to " + what, e);
    }
  }

  private static MergefarmException unavailable(String what, Throwable cause) {
    return new MergefarmException(
        ErrorCode.BROKER_UNAVAILABLE, "Kafka did not " + what + ": " + cause.getMessage(), cause);
  }
}
