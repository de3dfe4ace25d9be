package dev.mergefarm.benchmarks.jobs;

import dev.mergefarm.benchmarks.Arguments;
import dev.mergefarm.benchmarks.Benchmark;
import dev.mergefarm.benchmarks.Machine;
import dev.mergefarm.embeddedkafka.EmbeddedKafka;
import dev.mergefarm.embeddedkafka.EmbeddedKafkaSettings;
import dev.mergefarm.jobs.JobEvent;
import dev.mergefarm.jobs.JobEvent.Header;
import dev.mergefarm.jobs.JobRequest;
import dev.mergefarm.jobs.JobResult;
import dev.mergefarm.jobs.kafka.KafkaConnection;
import dev.mergefarm.jobs.kafka.Position;
import dev.mergefarm.jobs.kafka.RecordWriter;
import dev.mergefarm.jobs.kafka.TopicSettings;
import dev.mergefarm.jobs.kafka.Topics;
import dev.mergefarm.jobs.table.JobTableFeed;
import dev.mergefarm.proto.v1.JobProgress;
import dev.mergefarm.proto.v1.MergeRequest;
import dev.mergefarm.proto.v1.MergeResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;

/**
 * How long a gateway takes to restore the table of jobs at its start, and how much memory the table
 * holds: finished merges with a recipe of 400 bytes and four events each.
 */
public final class RestoreBenchmark implements Benchmark {

  private static final int IN_FLIGHT = 20_000;
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final String RECIPE = "merge_method: linear # " + "x".repeat(377);

  @Override
  public String name() {
    return "restore";
  }

  @Override
  public String description() {
    return "time and memory of restoring the table of jobs: --jobs N (default 100000) --rounds N";
  }

  @Override
  public void run(String[] arguments) throws IOException {
    Arguments options = Arguments.parse(arguments, "jobs", "rounds");
    long jobs = options.number("jobs", 100_000);
    System.out.println(Machine.describe());
    Path directory = Files.createTempDirectory("mergefarm-restore");
    try (EmbeddedKafka broker =
        EmbeddedKafka.start(EmbeddedKafkaSettings.onFreePorts(directory, Duration.ofSeconds(15)))) {
      KafkaConnection connection = KafkaConnection.plain(broker.bootstrapServers());
      try (Admin admin = connection.admin()) {
        Topics.ensure(admin, TopicSettings.DEFAULT);
      }
      write(connection, jobs);
      measureMemory(connection);
      for (long round = 1; round <= options.number("rounds", 5); round++) {
        restore(connection, round);
      }
    } finally {
      delete(directory);
    }
  }

  private static void write(KafkaConnection connection, long jobs) {
    long began = System.nanoTime();
    Deque<CompletableFuture<Position>> inFlight = new ArrayDeque<>();
    try (RecordWriter writer =
        new RecordWriter(connection, TopicSettings.DEFAULT, Clock.systemUTC())) {
      for (long job = 0; job < jobs; job++) {
        life("job-" + job).forEach(event -> inFlight.add(writer.appendLater(event)));
        while (inFlight.size() > IN_FLIGHT) {
          inFlight.removeFirst().join();
        }
      }
      inFlight.forEach(CompletableFuture::join);
    }
    System.out.printf("%,d events written in %,d ms%n", 4 * jobs, millisecondsSince(began));
  }

  private static List<JobEvent> life(String id) {
    JobRequest request = new JobRequest.Merge(MergeRequest.newBuilder().setRecipe(RECIPE).build());
    JobResult result =
        new JobResult.Merge(MergeResult.newBuilder().setModel("models/" + id).build());
    JobProgress progress =
        JobProgress.newBuilder().setStage("merge").setItemsDone(99).setItemsTotal(99).build();
    return List.of(
        new JobEvent.Created(header(id, "1"), "", id, request, Map.of(), "0".repeat(64), List.of()),
        new JobEvent.AttemptStarted(header(id, "2"), 1, "worker/1", "0-0"),
        new JobEvent.ProgressMade(header(id, Header.PROGRESS_ID), 1, progress),
        new JobEvent.Succeeded(header(id, "3"), 1, result, List.of()));
  }

  private static Header header(String job, String event) {
    return new Header(job, event, Instant.now());
  }

  private static void measureMemory(KafkaConnection connection) {
    long before = usedMemory();
    try (JobTableFeed feed =
        JobTableFeed.start(connection, TopicSettings.DEFAULT, Clock.systemUTC())) {
      feed.awaitRestored(PATIENCE);
      long jobs = feed.table().all().count();
      System.out.printf("%,d bytes of heap a job%n", (usedMemory() - before) / Math.max(1, jobs));
    }
  }

  /** Broker and table are in one process, so its processor time is that of both. */
  private static void restore(KafkaConnection connection, long round) {
    long processor = processorNanos();
    long began = System.nanoTime();
    try (JobTableFeed feed =
        JobTableFeed.start(connection, TopicSettings.DEFAULT, Clock.systemUTC())) {
      feed.awaitRestored(PATIENCE);
      System.out.printf(
          "round %d: %,d jobs restored in %,d ms, %,d ms of processor time%n",
          round,
          feed.table().all().count(),
          millisecondsSince(began),
          (processorNanos() - processor) / 1_000_000);
    }
  }

  private static long processorNanos() {
    return ProcessHandle.current()
        .info()
        .totalCpuDuration()
        .map(Duration::toNanos)
        .orElseThrow(() -> new IllegalStateException("no processor time on this system"));
  }

  private static long usedMemory() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  private static long millisecondsSince(long nanos) {
    return (System.nanoTime() - nanos) / 1_000_000;
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
