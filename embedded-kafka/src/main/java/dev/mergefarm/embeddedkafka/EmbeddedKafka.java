package dev.mergefarm.embeddedkafka;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.Feature;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * A Kafka broker and controller inside this process, alone in its cluster: one copy of everything.
 * It listens on the loopback interface only and keeps its data from one start to the next. Close
 * clients before the broker.
 */
public final class EmbeddedKafka implements AutoCloseable {

  private static final int NODE_ID = 1;
  private static final String LISTENER = "PLAINTEXT";
  private static final String CONTROLLER = "CONTROLLER";
  private static final String HOST = "localhost";
  private static final int MEBIBYTE = 1 << 20;

  private final EmbeddedKafkaSettings settings;
  private final KafkaRaftServer server;

  private EmbeddedKafka(EmbeddedKafkaSettings settings, KafkaRaftServer server) {
    this.settings = settings;
    this.server = server;
  }

  /**
   * Starts a broker; it takes clients when the call returns.
   *
   * @throws UncheckedIOException if the directory cannot be used
   */
  public static EmbeddedKafka start(EmbeddedKafkaSettings settings) {
    format(settings.directory());
    KafkaRaftServer server =
        new KafkaRaftServer(new KafkaConfig(configuration(settings)), Time.SYSTEM);
    server.startup();
    return new EmbeddedKafka(settings, server);
  }

  /** What clients connect to. */
  public String bootstrapServers() {
    return HOST + ":" + settings.port();
  }

  @Override
  public void close() {
    server.shutdown();
    server.awaitShutdown();
  }

  private static void format(Path directory) {
    if (Files.exists(directory.resolve("meta.properties"))) {
      return;
    }
    PrintStream silent =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    try (silent) {
      Files.createDirectories(directory);
      new Formatter()
          .setPrintStream(silent)
          .setNodeId(NODE_ID)
          .setClusterId(Uuid.randomUuid().toString())
          .setDirectories(List.of(directory.toString()))
          .setMetadataLogDirectory(directory.toString())
          .setControllerListenerName(CONTROLLER)
          .setSupportedFeatures(Feature.PRODUCTION_FEATURES)
          .setReleaseVersion(MetadataVersion.LATEST_PRODUCTION)
          .run();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot prepare " + directory, e);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException("cannot format " + directory, e);
    }
  }

  private static Properties configuration(EmbeddedKafkaSettings settings) {
    Properties properties = new Properties();
    listeners(properties, settings);
    singleCopies(properties);
    small(properties);
    properties.put("log.dirs", settings.directory().toString());
    properties.put("auto.create.topics.enable", "false");
    properties.put("group.initial.rebalance.delay.ms", "0");
    properties.put(
        "group.share.min.record.lock.duration.ms",
        Long.toString(settings.minimumLock().toMillis()));
    // A member of a share group learns what it may read with its second heartbeat: let that be
    // soon.
    properties.put("group.share.heartbeat.interval.ms", "500");
    properties.put("group.share.min.heartbeat.interval.ms", "500");
    // A broker that was not signed off has a session still, and its next start waits until that
    // has run out: sign off at shutdown, and keep the session short for a process that was killed.
    properties.put("controlled.shutdown.enable", "true");
    properties.put("broker.session.timeout.ms", "4000");
    properties.put("broker.heartbeat.interval.ms", "1000");
    return properties;
  }

  private static void listeners(Properties properties, EmbeddedKafkaSettings settings) {
    String client = LISTENER + "://" + HOST + ":" + settings.port();
    String controller = HOST + ":" + settings.controllerPort();
    properties.put("process.roles", "broker,controller");
    properties.put("node.id", Integer.toString(NODE_ID));
    properties.put("controller.quorum.voters", NODE_ID + "@" + controller);
    properties.put("listeners", client + "," + CONTROLLER + "://" + controller);
    properties.put("advertised.listeners", client);
    properties.put("controller.listener.names", CONTROLLER);
    properties.put("inter.broker.listener.name", LISTENER);
    properties.put(
        "listener.security.protocol.map", LISTENER + ":PLAINTEXT," + CONTROLLER + ":PLAINTEXT");
  }

  private static void singleCopies(Properties properties) {
    properties.put("default.replication.factor", "1");
    properties.put("offsets.topic.replication.factor", "1");
    properties.put("offsets.topic.num.partitions", "1");
    properties.put("transaction.state.log.replication.factor", "1");
    properties.put("transaction.state.log.min.isr", "1");
    properties.put("transaction.state.log.num.partitions", "1");
    properties.put("share.coordinator.state.topic.replication.factor", "1");
    properties.put("share.coordinator.state.topic.min.isr", "1");
    properties.put("share.coordinator.state.topic.num.partitions", "1");
  }

  /** One machine has few clients: few threads, small buffers and small segments do. */
  private static void small(Properties properties) {
    properties.put("num.network.threads", "2");
    properties.put("num.io.threads", "4");
    properties.put("background.threads", "2");
    properties.put("group.coordinator.threads", "1");
    properties.put("log.cleaner.threads", "1");
    properties.put("log.cleaner.dedupe.buffer.size", Integer.toString(16 * MEBIBYTE));
    properties.put("log.segment.bytes", Integer.toString(64 * MEBIBYTE));
    properties.put("offsets.topic.segment.bytes", Integer.toString(8 * MEBIBYTE));
    properties.put("share.coordinator.state.topic.segment.bytes", Integer.toString(8 * MEBIBYTE));
  }
}
