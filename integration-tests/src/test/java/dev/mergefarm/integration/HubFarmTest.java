package dev.mergefarm.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mergefarm.integration.farm.FarmClient;
import dev.mergefarm.integration.farm.FarmProcess;
import dev.mergefarm.proto.v1.EvaluationRequest;
import dev.mergefarm.proto.v1.GetModelRequest;
import dev.mergefarm.proto.v1.Job;
import dev.mergefarm.proto.v1.JobState;
import dev.mergefarm.proto.v1.Model;
import dev.mergefarm.proto.v1.SubmitEvaluationRequest;
import dev.mergefarm.proto.v1.ValidateRecipeRequest;
import dev.mergefarm.proto.v1.ValidateRecipeResponse;
import dev.mergefarm.storage.hub.FakeHub;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A farm with a hub behind its store: what recipes and tasks name there is found there. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HubFarmTest {

  /** Bytes of one model; headers are read in pieces of up to 1 MiB. */
  private static final int WEIGHTS = 2 * 1_276_320;

  private FakeHub hub;
  private FarmProcess farm;
  private FarmClient client;

  @BeforeAll
  void startFarm(@TempDir Path data) {
    hub = new FakeHub();
    for (String model : List.of("base", "capitals", "animals")) {
      hub.model("facts/" + model).putAll(files(FarmClient.FACTS.resolve(model)));
    }
    hub.dataset("facts/questions")
        .put("data/test.jsonl", files(FarmClient.FACTS.resolve("data")).get("capitals.jsonl"));
    farm =
        FarmProcess.startWith(
            List.of("mergefarm.hub.offline=false", "mergefarm.hub.endpoint=" + hub.endpoint()),
            data);
    client = new FarmClient(farm);
  }

  @AfterAll
  void stopFarm() {
    client.close();
    farm.close();
    hub.close();
  }

  @BeforeEach
  void forgetRequests() {
    hub.requests().clear();
  }

  private static Map<String, byte[]> files(Path directory) {
    try (Stream<Path> files = Files.list(directory)) {
      return files.collect(
          java.util.stream.Collectors.toMap(
              file -> file.getFileName().toString(), HubFarmTest::content));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static byte[] content(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static String recipe(String first, String second) {
    return """
        merge_method: linear
        models:
          - model: %s
            parameters: {weight: 0.5}
          - model: %s
            parameters: {weight: 0.5}
        dtype: float32
        out_dtype: bfloat16
        """
        .formatted(first, second);
  }

  private ValidateRecipeResponse validate(String recipe) {
    return client
        .recipes()
        .validateRecipe(ValidateRecipeRequest.newBuilder().setRecipe(recipe).build());
  }

  private Job merged(String requestId, String recipe) {
    Job job = client.jobs().submitMerge(FarmClient.merge(requestId, recipe)).getJob();
    return client.finish(job.getId());
  }

  @Test
  void aRecipeIsPlannedFromTheHubsHeadersAlone() {
    hub.model("facts/planned").putAll(files(FarmClient.FACTS.resolve("base")));
    long before = hub.bytesServed();
    ValidateRecipeResponse answer = validate(recipe("facts/planned", "facts/planned@main"));
    assertThat(answer.getProblemsList()).isEmpty();
    assertThat(hub.bytesServed() - before).isLessThan(WEIGHTS);
    assertThat(
            catchThrowableOfType(
                StatusRuntimeException.class,
                () ->
                    client
                        .models()
                        .getModel(
                            GetModelRequest.newBuilder()
                                .setReference("facts/planned@main")
                                .build())))
        .as("nothing is copied to check a recipe")
        .isNotNull();
  }

  @Test
  void modelsOfTheHubAreMirroredOnceAndMergedAsIfTheyWereStored() {
    client.put("models/capitals", FarmClient.FACTS.resolve("capitals"));
    client.put("models/animals", FarmClient.FACTS.resolve("animals"));
    Job expected = merged("stored", recipe("capitals", "animals"));

    String recipe = recipe("facts/capitals@" + FakeHub.COMMIT, "facts/animals@main");
    Job job = merged("hub", recipe);
    assertThat(job.getState())
        .as(job.getError().getMessage())
        .isEqualTo(JobState.JOB_STATE_SUCCEEDED);
    assertThat(weights(job)).isEqualTo(weights(expected));
    Model mirrored =
        client
            .models()
            .getModel(
                GetModelRequest.newBuilder()
                    .setReference("models/facts/capitals@" + FakeHub.COMMIT)
                    .build());
    assertThat(mirrored.getTensors()).isEqualTo(38);

    hub.requests().clear();
    assertThat(merged("again", recipe).getState()).isEqualTo(JobState.JOB_STATE_SUCCEEDED);
    assertThat(hub.requests()).isEmpty();
  }

  private String weights(Job job) {
    java.io.ByteArrayOutputStream content = new java.io.ByteArrayOutputStream();
    client
        .models()
        .readModel(
            dev.mergefarm.proto.v1.ReadModelRequest.newBuilder()
                .setReference(job.getMergeResult().getModel())
                .build())
        .forEachRemaining(
            chunk -> {
              if (chunk.getFile().equals("model.safetensors")) {
                content.writeBytes(chunk.getContent().toByteArray());
              }
            });
    return content.toString(StandardCharsets.ISO_8859_1);
  }

  @Test
  void aModelThatNeitherStoreNorHubHasIsAProblemOfTheRecipe() {
    ValidateRecipeResponse answer = validate(recipe("facts/absent", "facts/animals@v9"));
    assertThat(answer.getProblemsList())
        .hasSize(2)
        .allSatisfy(problem -> assertThat(problem.getCode()).isEqualTo("MODEL_NOT_FOUND"));
  }

  @Test
  void modelsAndDataSetsOfTheHubAreScored() {
    String task =
        """
        task: questions
        dataset_path: facts/questions
        output_type: multiple_choice
        test_split: test
        doc_to_text: "Q: What is the capital of {{country}}?\\nA:"
        doc_to_choice: "{{choices}}"
        doc_to_target: answer
        """;
    Job job =
        client
            .jobs()
            .submitEvaluation(
                SubmitEvaluationRequest.newBuilder()
                    .setEvaluation(
                        EvaluationRequest.newBuilder()
                            .setModel("facts/base")
                            .addTasks("questions")
                            .putTaskFiles("questions.yaml", task))
                    .build());
    Job finished = client.finish(job.getId());
    assertThat(finished.getState())
        .as(finished.getError().getMessage())
        .isEqualTo(JobState.JOB_STATE_SUCCEEDED);
    assertThat(finished.getEvaluationResult().getTasks(0).getDocuments()).isEqualTo(60);
  }
}
