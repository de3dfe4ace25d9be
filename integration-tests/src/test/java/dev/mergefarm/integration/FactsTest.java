package dev.mergefarm.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import com.google.protobuf.Struct;
import com.google.protobuf.util.JsonFormat;
import dev.mergefarm.integration.farm.FarmClient;
import dev.mergefarm.integration.farm.FarmProcess;
import dev.mergefarm.integration.farm.TiesThresholds;
import dev.mergefarm.integration.farm.Weights;
import dev.mergefarm.proto.v1.EvaluationRequest;
import dev.mergefarm.proto.v1.Job;
import dev.mergefarm.proto.v1.JobFile;
import dev.mergefarm.proto.v1.JobState;
import dev.mergefarm.proto.v1.ListJobFilesRequest;
import dev.mergefarm.proto.v1.MergeRequest;
import dev.mergefarm.proto.v1.Metric;
import dev.mergefarm.proto.v1.ModelChunk;
import dev.mergefarm.proto.v1.ReadJobFileRequest;
import dev.mergefarm.proto.v1.ReadModelRequest;
import dev.mergefarm.proto.v1.SubmitEvaluationRequest;
import dev.mergefarm.proto.v1.SubmitMergeRequest;
import dev.mergefarm.proto.v1.TaskScore;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The main job on real models: the farm's merges and scores are the reference programs' (mergekit
 * 0.1.4 in float32 with bf16 output, lm-evaluation-harness 0.4.13 in float32).
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FactsTest {

  private static final Path EXPECTED = Path.of("src/test/resources/facts");

  private FarmProcess farm;
  private FarmClient client;

  @BeforeAll
  void startFarm(@TempDir Path data) throws IOException {
    farm = FarmProcess.start(data);
    client = new FarmClient(farm);
    for (String model : List.of("base", "capitals", "animals")) {
      client.put("models/" + model, FarmClient.FACTS.resolve(model));
    }
    client.importTasks("tasks/facts", FarmClient.factsTasks());
  }

  @AfterAll
  void stopFarm() {
    client.close();
    farm.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"base", "capitals", "animals"})
  void aModelScoresAsTheReferenceSays(String model) throws IOException {
    assertScores(model);
  }

  @ParameterizedTest
  @ValueSource(strings = {"linear", "slerp", "ties", "task-arithmetic"})
  void aMergeHasTheReferencesTensorsAndScores(String recipe) throws IOException {
    Job merge =
        client
            .jobs()
            .submitMerge(
                SubmitMergeRequest.newBuilder()
                    .setMerge(
                        MergeRequest.newBuilder()
                            .setRecipe(recipe(recipe))
                            .setOutput("models/" + recipe))
                    .build())
            .getJob();
    Job finished = client.finish(merge.getId());
    assertThat(finished.getState()).isEqualTo(JobState.JOB_STATE_SUCCEEDED);
    assertThat(finished.getMergeResult().getTensors()).isEqualTo(38);
    assertAlmostEqual(recipe);
    assertScores(recipe);
  }

  @ParameterizedTest
  @ValueSource(strings = {"slerp", "ties"})
  void aRecipeScoresAsItsModelWithoutBeingStored(String recipe) throws IOException {
    EvaluationRequest.Builder request = EvaluationRequest.newBuilder().setRecipe(recipe(recipe));
    assertThat(accuracies(evaluate(request))).isEqualTo(expectedAccuracies(recipe));
  }

  @Test
  void whatAnEvaluationLeftIsReadOverBothApisAndIsTheReferences() throws IOException {
    Job job = evaluate(EvaluationRequest.newBuilder().setModel("models/base"));
    List<JobFile> files =
        client
            .jobs()
            .listJobFiles(ListJobFilesRequest.newBuilder().setId(job.getId()).build())
            .getFilesList();
    assertThat(files)
        .extracting(JobFile::getName)
        .containsExactly(
            "results.json", "samples_facts_animals.jsonl", "samples_facts_capitals.jsonl");
    for (JobFile file : files) {
      String content = read(job, file.getName());
      assertThat(content).hasSize((int) file.getBytes());
      assertThat(client.get("/v1/jobs/" + job.getId() + "/files/" + file.getName()).body())
          .isEqualTo(content);
    }
    Struct.Builder results = Struct.newBuilder();
    JsonFormat.parser().merge(read(job, "results.json"), results);
    assertThat(number(results, "facts", "acc,none"))
        .isCloseTo(expected("base", "facts", "acc,none"), within(1e-6));
    assertThat(read(job, "samples_facts_animals.jsonl").lines()).hasSize(60);

    StatusRuntimeException missing =
        catchThrowableOfType(StatusRuntimeException.class, () -> read(job, "result.json"));
    assertThat(missing.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND);
    assertThat(missing).hasMessageContaining("results.json");
    assertThat(client.get("/v1/jobs/" + job.getId() + "/files/none").statusCode()).isEqualTo(404);
    assertThat(client.get("/v1/jobs/none/files").statusCode()).isEqualTo(404);
  }

  @Test
  void whatAMergeLeftIsItsManifestRecipeAndCard() throws IOException {
    Job job =
        client.finish(
            client.jobs().submitMerge(FarmClient.merge("left", recipe("linear"))).getJob().getId());
    assertThat(read(job, "mergefarm.json")).contains("\"outputs\"");
    assertThat(read(job, "mergekit_config.yml")).isEqualTo(recipe("linear"));
    assertThat(read(job, "README.md")).contains("base_model");
  }

  private String read(Job job, String file) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    client
        .jobs()
        .readJobFile(ReadJobFileRequest.newBuilder().setId(job.getId()).setFile(file).build())
        .forEachRemaining(chunk -> content.writeBytes(chunk.getContent().toByteArray()));
    return content.toString(StandardCharsets.UTF_8);
  }

  private static String recipe(String name) throws IOException {
    return Files.readString(FarmClient.FACTS.resolve("recipes").resolve(name + ".yml"));
  }

  private void assertScores(String model) throws IOException {
    Job job = evaluate(EvaluationRequest.newBuilder().setModel("models/" + model));
    assertThat(accuracies(job)).isEqualTo(expectedAccuracies(model));
    for (TaskScore task : job.getEvaluationResult().getTasksList()) {
      for (Metric metric : task.getMetricsList()) {
        assertThat(metric.getValue())
            .as(model + " " + task.getTask() + " " + metric.getName())
            .isCloseTo(expected(model, task.getTask(), metric.getName() + ",none"), within(1e-6));
        assertThat(metric.getStandardError())
            .isCloseTo(
                expected(model, task.getTask(), metric.getName() + "_stderr,none"), within(1e-6));
      }
    }
  }

  private Job evaluate(EvaluationRequest.Builder request) {
    Job job =
        client
            .jobs()
            .submitEvaluation(
                SubmitEvaluationRequest.newBuilder()
                    .setEvaluation(request.addTaskBundles("tasks/facts").addTasks("facts"))
                    .build());
    Job finished = client.finish(job.getId());
    assertThat(finished.getState())
        .as(finished.getError().getMessage())
        .isEqualTo(JobState.JOB_STATE_SUCCEEDED);
    return finished;
  }

  /** Accuracy by task, rounded to three decimals. */
  private static Map<String, Double> accuracies(Job job) {
    Map<String, Double> accuracies = new TreeMap<>();
    for (TaskScore task : job.getEvaluationResult().getTasksList()) {
      task.getMetricsList().stream()
          .filter(metric -> metric.getName().equals("acc"))
          .forEach(metric -> accuracies.put(task.getTask(), rounded(metric.getValue())));
    }
    return accuracies;
  }

  private static Map<String, Double> expectedAccuracies(String model) throws IOException {
    Map<String, Double> accuracies = new TreeMap<>();
    for (String task : List.of("facts", "facts_animals", "facts_capitals")) {
      accuracies.put(task, rounded(expected(model, task, "acc,none")));
    }
    return accuracies;
  }

  private static double rounded(double value) {
    return Math.round(value * 1000) / 1000.0;
  }

  private static double expected(String model, String task, String key) throws IOException {
    Struct.Builder results = Struct.newBuilder();
    JsonFormat.parser()
        .merge(
            Files.readString(EXPECTED.resolve("expected").resolve(model).resolve("results.json")),
            results);
    return number(results, task, key);
  }

  private static double number(Struct.Builder results, String task, String key) {
    return results
        .getFieldsOrThrow("results")
        .getStructValue()
        .getFieldsOrThrow(task)
        .getStructValue()
        .getFieldsOrThrow(key)
        .getNumberValue();
  }

  /**
   * The same tensors, and elements equal but for fewer than 1 % that are off by one ulp; where TIES
   * has to choose among equals, any choice will do.
   */
  private void assertAlmostEqual(String recipe) throws IOException {
    Weights found = new Weights(stored("models/" + recipe));
    Weights expected = weights(EXPECTED.resolve("merged").resolve(recipe));
    assertThat(found.tensors()).isEqualTo(expected.tensors());
    TiesThresholds ties =
        new TiesThresholds(
            weights(FarmClient.FACTS.resolve("base")),
            List.of(
                weights(FarmClient.FACTS.resolve("capitals")),
                weights(FarmClient.FACTS.resolve("animals"))),
            0.6);
    int elements = 0;
    int different = 0;
    for (String tensor : expected.tensors().keySet()) {
      int count = expected.tensors().get(tensor).elements();
      boolean[] open = recipe.equals("ties") ? ties.open(tensor) : new boolean[count];
      for (int i = 0; i < count; i++) {
        int distance = Math.abs(found.ordinal(tensor, i) - expected.ordinal(tensor, i));
        if (!open[i]) {
          assertThat(distance).as("%s[%d]", tensor, i).isLessThanOrEqualTo(1);
          different += distance;
          elements++;
        }
      }
    }
    assertThat(different).isLessThan(elements / 100);
    assertThat(elements).isGreaterThan(1_000_000);
  }

  private static Weights weights(Path folder) throws IOException {
    return new Weights(Files.readAllBytes(folder.resolve("model.safetensors")));
  }

  private byte[] stored(String reference) throws IOException {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    Iterator<ModelChunk> chunks =
        client.models().readModel(ReadModelRequest.newBuilder().setReference(reference).build());
    while (chunks.hasNext()) {
      ModelChunk chunk = chunks.next();
      if (chunk.getFile().equals("model.safetensors")) {
        chunk.getContent().writeTo(content);
      }
    }
    return content.toByteArray();
  }
}
