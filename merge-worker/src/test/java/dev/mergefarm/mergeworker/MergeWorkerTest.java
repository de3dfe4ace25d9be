package dev.mergefarm.mergeworker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mergefarm.jobs.JobRequest;
import dev.mergefarm.jobs.JobState;
import dev.mergefarm.jobs.JobView;
import dev.mergefarm.jobs.kafka.RecordWriter;
import dev.mergefarm.jobs.submit.JobPublisher;
import dev.mergefarm.jobs.submit.Submission;
import dev.mergefarm.jobs.table.JobTableFeed;
import dev.mergefarm.jobs.table.JobWatch;
import dev.mergefarm.proto.v1.MergeRequest;
import dev.mergefarm.service.broker.Broker;
import dev.mergefarm.service.store.FarmStorage;
import dev.mergefarm.storage.model.Model;
import dev.mergefarm.storage.model.ModelReference;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@QuarkusTest
@QuarkusTestResource(BrokerAndStore.class)
@Timeout(120)
class MergeWorkerTest {

  private final Broker broker;
  private final FarmStorage storage;

  @TestHTTPResource("/q/")
  private URI management;

  @Inject
  MergeWorkerTest(Broker broker, FarmStorage storage) {
    this.broker = broker;
    this.storage = storage;
  }

  @Test
  void ticketBecomesAModelInTheStoreAndTheServiceSaysHowItWent() throws Exception {
    JobView done = merge(FactsStore.recipe("slerp"), "models/between");
    assertThat(done.state()).isEqualTo(JobState.SUCCEEDED);
    assertThat(done.attempts()).hasSize(1);
    assertThat(done.progress().orElseThrow().getItemsDone())
        .isEqualTo(done.progress().orElseThrow().getItemsTotal());
    try (Model model = storage.models().open(new ModelReference("models/between"))) {
      assertThat(model.tensors().tensors()).isNotEmpty();
    }
    assertThat(get("health/ready")).contains("broker", "store").doesNotContain("DOWN");
    assertThat(get("health/live")).contains("workers").doesNotContain("DOWN");
    assertThat(get("metrics"))
        .contains("mergefarm_attempts_total{kind=\"merge\",outcome=\"succeeded\"} 1.0")
        .contains("mergefarm_attempts_running{kind=\"merge\"} 0")
        .containsPattern("mergefarm_bytes_total\\{kind=\"merge\",stage=\"merge\"\\} [1-9]");
  }

  private JobView merge(String recipe, String output) throws InterruptedException {
    try (RecordWriter writer =
            new RecordWriter(broker.connection(), broker.topics(), Clock.systemUTC());
        JobTableFeed feed =
            JobTableFeed.start(broker.connection(), broker.topics(), Clock.systemUTC())) {
      feed.awaitRestored(Duration.ofSeconds(60));
      MergeRequest request = MergeRequest.newBuilder().setRecipe(recipe).setOutput(output).build();
      JobView job =
          new JobPublisher(writer, feed, Clock.systemUTC())
              .submit(new Submission("", "", new JobRequest.Merge(request), Map.of(), List.of()));
      Semaphore changed = new Semaphore(1);
      try (JobWatch watch = feed.table().watch(job.id(), 1, changed::release)) {
        while (!watch.isFinished()) {
          if (watch.next().isEmpty()) {
            changed.tryAcquire(1, TimeUnit.SECONDS);
          }
        }
      }
      return feed.table().find(job.id()).orElseThrow();
    }
  }

  private String get(String path) throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client
          .send(
              HttpRequest.newBuilder(management.resolve(path)).build(),
              HttpResponse.BodyHandlers.ofString())
          .body();
    }
  }
}
