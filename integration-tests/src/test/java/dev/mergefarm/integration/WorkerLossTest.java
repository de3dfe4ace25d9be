package dev.mergefarm.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mergefarm.embeddedkafka.EmbeddedKafka;
import dev.mergefarm.embeddedkafka.EmbeddedKafkaSettings;
import dev.mergefarm.integration.farm.FarmClient;
import dev.mergefarm.integration.farm.FarmProcess;
import dev.mergefarm.integration.farm.LargeModels;
import dev.mergefarm.proto.v1.Attempt;
import dev.mergefarm.proto.v1.CancelJobRequest;
import dev.mergefarm.proto.v1.GetModelRequest;
import dev.mergefarm.proto.v1.Job;
import dev.mergefarm.proto.v1.JobEvent;
import dev.mergefarm.proto.v1.JobState;
import dev.mergefarm.proto.v1.ListModelsRequest;
import dev.mergefarm.proto.v1.Model;
import dev.mergefarm.proto.v1.SubmitMergeRequest;
import dev.mergefarm.proto.v1.WatchJobRequest;
import io.grpc.Context;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Services in processes of their own; workers that go away in the middle of a merge. */
@Timeout(600)
class WorkerLossTest {

  private static final String RECIPE =
      """
      merge_method: linear
      dtype: bfloat16
      models:
        - {model: models/first, parameters: {weight: 0.25}}
        - {model: models/second, parameters: {weight: 0.75}}
      """;

  /** Many shards, so that some are finished whenever a worker goes away. */
  private static final long SHARD_BYTES = 8 << 20;

  @TempDir static Path data;
  private static EmbeddedKafka broker;
  private static FarmProcess gateway;
  private static FarmClient client;

  @BeforeAll
  static void startServices() throws IOException {
    LargeModels.write(data.resolve("store/models/first"), 1);
    LargeModels.write(data.resolve("store/models/second"), 2);
    broker =
        EmbeddedKafka.start(
            EmbeddedKafkaSettings.onFreePorts(data.resolve("kafka"), Duration.ofSeconds(15)));
    gateway =
        FarmProcess.launchGateway(
            "kafka.bootstrap.servers=" + broker.bootstrapServers(),
            "mergefarm.store.directory=" + data.resolve("store"),
            "quarkus.http.host=127.0.0.1",
            "quarkus.http.port=0");
    client = new FarmClient(gateway);
  }

  @AfterAll
  static void stopServices() {
    client.close();
    gateway.close();
    broker.close();
  }

  @Test
  void aMergeWhoseWorkerIsKilledIsFinishedByAnotherAttempt() throws IOException {
    String id = submit("killed", "models/resumed");
    try (FarmProcess first = worker("first", "PT20S")) {
      awaitProgress(id);
      first.kill();
    }
    try (FarmProcess _ = worker("second", "PT20S")) {
      Job done = await(id, job -> job.getState() == JobState.JOB_STATE_SUCCEEDED);
      assertThat(done.getAttemptsList())
          .extracting(Attempt::getOutcome)
          .containsExactly("lost", "succeeded");
      assertThat(done.getAttemptsList())
          .extracting(Attempt::getWorker)
          .containsExactly("first/1", "second/1");
      assertThat(done.getMergeResult().getShardsKept()).isPositive();
      String whole = submit("undisturbed", "models/whole");
      await(whole, job -> job.getState() == JobState.JOB_STATE_SUCCEEDED);
    }
    assertThat(model("models/resumed").getFilesList())
        .isEqualTo(model("models/whole").getFilesList());
    assertSameWeights("models/resumed", "models/whole");
  }

  @Test
  void aWorkerThatIsToldToStopHandsItsMergeBack() {
    String id = submit("handed-back", "models/handed-back");
    try (FarmProcess first = worker("first", "PT0S")) {
      awaitProgress(id);
      assertThat(first.terminate()).isEqualTo(143);
    }
    Job waiting = await(id, job -> job.getState() == JobState.JOB_STATE_QUEUED);
    assertThat(waiting.getAttempts(0).getOutcome()).isEqualTo("handed back");
    try (FarmProcess _ = worker("second", "PT20S")) {
      Job done = await(id, job -> job.getState() == JobState.JOB_STATE_SUCCEEDED);
      assertThat(done.getAttemptsCount()).isEqualTo(2);
    }
  }

  @Test
  void aCancelledMergeStopsAndLeavesNothing() {
    String id = submit("cancelled", "models/cancelled");
    try (FarmProcess _ = worker("only", "PT20S")) {
      awaitProgress(id);
      client.jobs().cancelJob(CancelJobRequest.newBuilder().setId(id).setReason("enough").build());
      Job cancelled = await(id, job -> job.getState() == JobState.JOB_STATE_CANCELLED);
      assertThat(cancelled.getCancelReason()).isEqualTo("enough");
    }
    assertThat(client.models().listModels(ListModelsRequest.getDefaultInstance()).getModelsList())
        .extracting(Model::getReference)
        .doesNotContain("models/cancelled");
    assertThat(data.resolve("store/models/cancelled")).doesNotExist();
  }

  private static FarmProcess worker(String name, String grace) {
    return FarmProcess.launchWorker(
        "merge-worker",
        "kafka.bootstrap.servers=" + broker.bootstrapServers(),
        "mergefarm.store.directory=" + data.resolve("store"),
        "mergefarm.merge-worker.name=" + name,
        "mergefarm.merge-worker.progress-interval=PT0.01S",
        "mergefarm.merge-worker.shutdown-grace=" + grace,
        "quarkus.http.host=127.0.0.1",
        "quarkus.http.port=0");
  }

  private static String submit(String requestId, String output) {
    SubmitMergeRequest.Builder request = FarmClient.merge(requestId, RECIPE).toBuilder();
    request.getMergeBuilder().setOutput(output).getOptionsBuilder().setShardBytes(SHARD_BYTES);
    return client.jobs().submitMerge(request.build()).getJob().getId();
  }

  /** Waits until some shards are finished and most are not. */
  private static void awaitProgress(String id) {
    await(id, job -> job.getProgress().getBytesDone() > 3 * SHARD_BYTES);
  }

  private static Job await(String id, Predicate<Job> wanted) {
    try (Context.CancellableContext watching = Context.current().withCancellation()) {
      return watching.call(
          () -> {
            Iterator<JobEvent> events =
                client.jobs().watchJob(WatchJobRequest.newBuilder().setId(id).build());
            while (events.hasNext()) {
              Job job = events.next().getJob();
              if (wanted.test(job)) {
                return job;
              }
            }
            throw new AssertionError("the job ended otherwise");
          });
    } catch (Exception failure) {
      throw new AssertionError("watching job " + id, failure);
    }
  }

  private static Model model(String reference) {
    return client.models().getModel(GetModelRequest.newBuilder().setReference(reference).build());
  }

  private static void assertSameWeights(String one, String other) throws IOException {
    try (Stream<Path> files = Files.list(data.resolve("store").resolve(one))) {
      List<Path> weights =
          files.filter(file -> file.toString().endsWith(".safetensors")).sorted().toList();
      assertThat(weights).hasSizeGreaterThan(10);
      for (Path file : weights) {
        assertThat(file)
            .hasSameBinaryContentAs(
                data.resolve("store").resolve(other).resolve(file.getFileName()));
      }
    }
  }
}
