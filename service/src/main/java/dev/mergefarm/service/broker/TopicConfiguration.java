package dev.mergefarm.service.broker;

import dev.mergefarm.jobs.kafka.TopicSettings;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Names and limits of the topics; every process of a farm must have the same. */
@ConfigMapping(prefix = "mergefarm.topics")
public interface TopicConfiguration {

  /** Start of every topic's and group's name. */
  @WithDefault("mergefarm")
  String prefix();

  /** Partitions of the event topic when it is first made, 1 to 1000. */
  @WithDefault("8")
  int eventPartitions();

  /** Copies of each topic when it is first made; -1 for the broker's default. */
  @WithDefault("-1")
  short replicationFactor();

  /** How long jobs are remembered after their end; at least an hour. */
  @WithDefault("P90D")
  Duration retention();

  /** How long a ticket stays with a silent worker. */
  @WithDefault("PT30S")
  Duration lockDuration();

  /** Deliveries of a ticket after which the broker sets it aside, 5 to 10. */
  @WithDefault("10")
  int deliveryLimit();

  default TopicSettings settings() {
    return new TopicSettings(
        prefix(),
        eventPartitions(),
        replicationFactor(),
        retention(),
        lockDuration(),
        deliveryLimit());
  }
}
