package dev.mergefarm.farm;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.embeddedkafka.EmbeddedKafka;
import dev.mergefarm.embeddedkafka.EmbeddedKafkaSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a farm runs beside its services: the locked data folder, the broker, and the S3 server where
 * it was asked for. Started before the services and closed after them, in the opposite order.
 */
final class Farm implements AutoCloseable {

  private static final String BUCKET = "mergefarm";

  /** Kafka's own lower bound of the time after which a silent worker's ticket is handed on. */
  private static final Duration MINIMUM_LOCK = Duration.ofSeconds(15);

  private final FarmOptions options;
  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private final Map<String, String> configuration = new LinkedHashMap<>();

  private Farm(FarmOptions options) {
    this.options = options;
  }

  /**
   * Starts everything.
   *
   * @throws MergefarmException with {@code DATA_FOLDER_IN_USE}, {@code DATA_FOLDER_UNUSABLE} or
   *     {@code PORT_IN_USE}; nothing runs then
   */
  static Farm start(FarmOptions options) {
    Farm farm = new Farm(options);
    try {
      DataFolder folder = DataFolder.open(options.data());
      farm.parts.push(folder);
      farm.configuration.put("quarkus.http.port", Integer.toString(freePort(options)));
      farm.startStore(folder);
      farm.startBroker(folder);
      farm.configure();
      return farm;
    } catch (RuntimeException failure) {
      farm.close();
      throw failure;
    }
  }

  /** What the services must be told, as configuration keys and values. */
  Map<String, String> configuration() {
    return Map.copyOf(configuration);
  }

  /** The port that was asked for, or any free one; fails here, before the slow parts start. */
  private static int freePort(FarmOptions options) {
    try (ServerSocket probe = new ServerSocket()) {
      probe.setReuseAddress(true);
      probe.bind(new InetSocketAddress(options.host(), options.port()));
      return probe.getLocalPort();
    } catch (IOException taken) {
      throw new MergefarmException(
          ErrorCode.PORT_IN_USE,
          "The farm cannot listen on "
              + options.host()
              + ":"
              + options.port()
              + ": "
              + taken.getMessage()
              + ".",
          taken);
    }
  }

  private void startBroker(DataFolder folder) {
    EmbeddedKafka broker =
        EmbeddedKafka.start(EmbeddedKafkaSettings.onFreePorts(folder.kafka(), MINIMUM_LOCK));
    parts.push(broker);
    configuration.put("kafka.bootstrap.servers", broker.bootstrapServers());
  }

  private void startStore(DataFolder folder) {
    switch (options.store()) {
      case LOCAL ->
          configuration.put("mergefarm.store.directory", folder.store().resolve(BUCKET).toString());
      case S3 -> startObjectServer(folder);
    }
  }

  private void startObjectServer(DataFolder folder) {
    StoreCredentials credentials = StoreCredentials.in(folder.root(), new SecureRandom());
    EmbeddedObjectServer server = EmbeddedObjectServer.start(folder.store(), BUCKET, credentials);
    parts.push(server);
    configuration.put("mergefarm.store.s3.endpoint", server.endpoint().toString());
    configuration.put("mergefarm.store.s3.bucket", BUCKET);
    configuration.put("mergefarm.store.s3.access-key", credentials.accessKey());
    configuration.put("mergefarm.store.s3.secret-key", credentials.secretKey());
  }

  private void configure() {
    configuration.put("mergefarm.farm.data-folder", options.data().toString());
    configuration.put("quarkus.http.host", options.host());
    configuration.put("mergefarm.merge-worker.slots", Integer.toString(options.mergeSlots()));
    configuration.put("mergefarm.eval-worker.slots", Integer.toString(options.evaluationSlots()));
  }

  /** Closes each part once; a second caller waits until the first is done. */
  @Override
  public synchronized void close() {
    RuntimeException first = null;
    while (!parts.isEmpty()) {
      try {
        parts.pop().close();
      } catch (Exception failure) {
        RuntimeException wrapped =
            failure instanceof IOException io
                ? new UncheckedIOException(io)
                : new IllegalStateException("a part of the farm did not close", failure);
        if (first == null) {
          first = wrapped;
        } else {
          first.addSuppressed(wrapped);
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }
}
