package dev.mergefarm.mergeworker;

import dev.mergefarm.embeddedkafka.EmbeddedKafka;
import dev.mergefarm.embeddedkafka.EmbeddedKafkaSettings;
import dev.mergefarm.storage.LocalObjectStore;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** What a worker needs around it: a broker and a store with the models of the facts example. */
public final class BrokerAndStore implements QuarkusTestResourceLifecycleManager {

  private EmbeddedKafka kafka;

  @Override
  public Map<String, String> start() {
    try {
      Path directory = Files.createTempDirectory(Path.of("target"), "merge-worker-");
      kafka =
          EmbeddedKafka.start(
              EmbeddedKafkaSettings.onFreePorts(directory.resolve("kafka"), Duration.ofSeconds(1)));
      Path store = directory.resolve("store").toAbsolutePath();
      try (LocalObjectStore filled = new LocalObjectStore(store)) {
        FactsStore.fill(filled);
      }
      return Map.of(
          "kafka.bootstrap.servers",
          kafka.bootstrapServers(),
          "mergefarm.store.directory",
          store.toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void stop() {
    kafka.close();
  }
}
