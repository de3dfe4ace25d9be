package dev.mergefarm.jobs.kafka;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * How to reach the broker, and the clients that jobs need, each set up for its purpose. Making a
 * client does not need a broker that answers; every call of a client has a time limit.
 *
 * @param properties client properties: at least {@code bootstrap.servers}; security as Kafka has it
 */
public record KafkaConnection(Map<String, Object> properties) {

  private static final int MEBIBYTE = 1 << 20;

  public KafkaConnection {
    properties = Map.copyOf(properties);
    if (!properties.containsKey("bootstrap.servers")) {
      throw new IllegalArgumentException("properties must hold bootstrap.servers");
    }
  }

  /** A connection without security, as in a farm of one process. */
  public static KafkaConnection plain(String bootstrapServers) {
    return new KafkaConnection(Map.of("bootstrap.servers", bootstrapServers));
  }

  public Admin admin() {
    return Admin.create(
        with(Map.of("request.timeout.ms", 5_000, "default.api.timeout.ms", 15_000)));
  }

  /** Writes each record once and in order; gives up after 15 s. Safe for many threads. */
  KafkaProducer<String, byte[]> producer() {
    return new KafkaProducer<>(
        with(
            Map.of(
                "acks",
                "all",
                "enable.idempotence",
                true,
                "linger.ms",
                2,
                "compression.type",
                "lz4",
                "max.request.size",
                TopicSettings.MAXIMUM_RECORD_BYTES,
                "request.timeout.ms",
                5_000,
                "delivery.timeout.ms",
                15_000,
                "max.block.ms",
                10_000)),
        new StringSerializer(),
        new ByteArraySerializer());
  }

  /** Reads partitions that it is told to, without a group. For one thread. */
  public KafkaConsumer<String, byte[]> reader(int recordsPerPoll) {
    return new KafkaConsumer<>(
        with(
            Map.of(
                "enable.auto.commit",
                false,
                "auto.offset.reset",
                "earliest",
                "max.poll.records",
                recordsPerPoll,
                "max.partition.fetch.bytes",
                8 * MEBIBYTE,
                "fetch.max.bytes",
                32 * MEBIBYTE,
                "default.api.timeout.ms",
                15_000)),
        new StringDeserializer(),
        new ByteArrayDeserializer());
  }

  /** Takes one ticket at a time from a queue. For one thread. */
  public KafkaShareConsumer<String, byte[]> ticketConsumer(String group, String clientId) {
    return new KafkaShareConsumer<>(
        with(
            Map.of(
                "group.id",
                group,
                "client.id",
                clientId,
                "share.acknowledgement.mode",
                "explicit",
                "share.acquire.mode",
                "record_limit",
                "max.poll.records",
                1,
                "default.api.timeout.ms",
                15_000)),
        new StringDeserializer(),
        new ByteArrayDeserializer());
  }

  private Map<String, Object> with(Map<String, Object> more) {
    Map<String, Object> all = new HashMap<>(properties);
    all.putAll(more);
    return all;
  }
}
