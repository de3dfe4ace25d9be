package dev.mergefarm.integration;

import static dev.mergefarm.integration.farm.FarmClient.merge;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mergefarm.integration.farm.FarmClient;
import dev.mergefarm.integration.farm.FarmProcess;
import dev.mergefarm.proto.v1.GetJobRequest;
import dev.mergefarm.proto.v1.GetModelRequest;
import dev.mergefarm.proto.v1.Job;
import dev.mergefarm.proto.v1.JobEvent;
import dev.mergefarm.proto.v1.JobState;
import dev.mergefarm.proto.v1.Model;
import dev.mergefarm.proto.v1.WatchJobRequest;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Starting, stopping and starting again. */
class FarmLifeTest {

  private static final String RECIPE =
      """
      merge_method: linear
      dtype: bfloat16
      models:
        - {model: models/animals, parameters: {weight: 1}}
        - {model: models/capitals, parameters: {weight: 1}}
      """;

  /** What a process that ends by SIGTERM reports: 128 and the signal's number. */
  private static final int TERMINATED = 143;

  @TempDir Path data;

  @Test
  void jobsAndModelsSurviveARestartAndWaitingWorkIsDoneThen() {
    String id;
    Model model;
    try (FarmProcess farm = FarmProcess.start(data, "--merge-slots", "0");
        FarmClient client = new FarmClient(farm)) {
      client.put("models/animals", FarmClient.FACTS.resolve("animals"));
      model = client.put("models/capitals", FarmClient.FACTS.resolve("capitals"));
      id = submit(client);
      assertThat(farm.terminate()).isEqualTo(TERMINATED);
      assertThat(data.resolve("kafka/.kafka_cleanshutdown")).exists();
    }
    try (FarmProcess farm = FarmProcess.start(data);
        FarmClient client = new FarmClient(farm)) {
      assertThat(
              client
                  .models()
                  .getModel(GetModelRequest.newBuilder().setReference("models/capitals").build()))
          .isEqualTo(model);
      List<JobEvent> events = new ArrayList<>();
      client
          .jobs()
          .withDeadlineAfter(60, TimeUnit.SECONDS)
          .watchJob(WatchJobRequest.newBuilder().setId(id).setFromEventNumber(1).build())
          .forEachRemaining(events::add);
      Job job = events.getLast().getJob();
      assertThat(job.getState()).as(job.toString()).isEqualTo(JobState.JOB_STATE_SUCCEEDED);
      Model merged =
          client
              .models()
              .getModel(
                  GetModelRequest.newBuilder()
                      .setReference(job.getMergeResult().getModel())
                      .build());
      assertThat(merged.getJobId()).isEqualTo(id);
      assertThat(merged.getTensors()).isEqualTo(model.getTensors());
      assertThat(submit(client)).isEqualTo(id);
      assertThat(client.jobs().getJob(GetJobRequest.newBuilder().setId(id).build())).isEqualTo(job);
    }
  }

  private static String submit(FarmClient client) {
    return client.jobs().submitMerge(merge("kept", RECIPE)).getJob().getId();
  }

  @Test
  void aSecondFarmOnTheSameFolderSaysWhoHasIt() {
    try (FarmProcess first = FarmProcess.start(data);
        FarmProcess second = FarmProcess.launch(data)) {
      assertThat(second.exitCode()).isEqualTo(3);
      assertThat(second.text())
          .contains("Another farm (process ", ") is running on the data folder " + data)
          .contains("--data")
          .doesNotContain("Exception");
      assertThat(first.text()).contains("Mergefarm is ready");
    }
  }

  @Test
  void aTakenPortIsOneClearSentence() throws IOException {
    try (ServerSocket taken = new ServerSocket(0);
        FarmProcess farm =
            FarmProcess.launch(
                data, "--host", "0.0.0.0", "--port", Integer.toString(taken.getLocalPort()))) {
      assertThat(farm.exitCode()).isEqualTo(3);
      assertThat(farm.text())
          .contains("cannot listen on 0.0.0.0:" + taken.getLocalPort())
          .contains("--port")
          .doesNotContain("Exception");
    }
    assertThat(data.resolve("kafka/meta.properties")).doesNotExist();
  }

  @Test
  void everyWrongOptionIsNamedAtOnce() {
    try (FarmProcess farm =
        FarmProcess.launch(data, "--stor", "s3", "--merge-slots", "many", "--store", "s4")) {
      assertThat(farm.exitCode()).isEqualTo(2);
      assertThat(farm.text())
          .contains("--stor: ", "Did you mean '--store'?", "--merge-slots: ", "found 's4'")
          .contains("Usage:");
    }
  }

  @Test
  void aDataFolderThatIsAFileIsOneClearSentence() throws IOException {
    Path file = Files.writeString(data.resolve("file"), "not a folder");
    try (FarmProcess farm = FarmProcess.launch(file)) {
      assertThat(farm.exitCode()).isEqualTo(3);
      assertThat(farm.text()).contains("The data folder " + file + " cannot be used");
    }
  }
}
