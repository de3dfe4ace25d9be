package dev.mergefarm.jobs.worker;

import dev.mergefarm.jobs.JobKind;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** A record on a farm's dead-letter topic. */
record DeadLetter(String key, Map<String, String> headers) {

  /** Waits for the first one. */
  static DeadLetter first(FarmFixture farm) {
    TopicPartition partition = new TopicPartition(farm.topics.deadLetters(), 0);
    try (KafkaConsumer<String, byte[]> consumer = farm.connection.reader(1)) {
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      for (int polls = 0; polls < 100; polls++) {
        for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(200))) {
          Map<String, String> headers = new HashMap<>();
          record
              .headers()
              .forEach(
                  header ->
                      headers.put(
                          header.key(), new String(header.value(), StandardCharsets.UTF_8)));
          return new DeadLetter(record.key(), headers);
        }
      }
    }
    throw new AssertionError("no dead letter came");
  }

  /** Writes any bytes to the merge queue. */
  static void putInQueue(FarmFixture farm, String key, byte[] value)
      throws ExecutionException, InterruptedException {
    try (KafkaProducer<String, byte[]> producer =
        new KafkaProducer<>(
            farm.connection.properties(), new StringSerializer(), new ByteArraySerializer())) {
      producer.send(new ProducerRecord<>(farm.topics.queue(JobKind.MERGE), key, value)).get();
    }
  }
}
