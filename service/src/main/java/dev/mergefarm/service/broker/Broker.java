package dev.mergefarm.service.broker;

import dev.mergefarm.jobs.kafka.KafkaConnection;
import dev.mergefarm.jobs.kafka.TopicSettings;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.HashMap;
import java.util.Map;

/**
 * How to reach the broker, and what the topics are. Everything under {@code kafka.} in the
 * configuration is handed to the clients, {@code kafka.bootstrap.servers} first of all.
 */
@ApplicationScoped
public class Broker {

  private final KafkaConnection connection;
  private final TopicSettings topics;

  @Inject
  public Broker(
      @Identifier("default-kafka-broker") Map<String, Object> kafka, TopicConfiguration topics) {
    this.connection = new KafkaConnection(new HashMap<>(kafka));
    this.topics = topics.settings();
  }

  public KafkaConnection connection() {
    return connection;
  }

  public TopicSettings topics() {
    return topics;
  }
}
