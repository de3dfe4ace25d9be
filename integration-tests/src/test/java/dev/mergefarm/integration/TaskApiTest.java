package dev.mergefarm.integration;

import static dev.mergefarm.integration.farm.FarmClient.reason;
import static dev.mergefarm.integration.farm.FarmClient.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.util.JsonFormat;
import com.google.rpc.Status;
import dev.mergefarm.integration.farm.FarmClient;
import dev.mergefarm.integration.farm.FarmProcess;
import dev.mergefarm.proto.v1.EvaluationRequest;
import dev.mergefarm.proto.v1.GetTaskBundleRequest;
import dev.mergefarm.proto.v1.Job;
import dev.mergefarm.proto.v1.JobState;
import dev.mergefarm.proto.v1.ListTaskBundlesRequest;
import dev.mergefarm.proto.v1.SubmitEvaluationRequest;
import dev.mergefarm.proto.v1.TaskBundle;
import dev.mergefarm.proto.v1.TaskFile;
import dev.mergefarm.proto.v1.TasksGrpc;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Importing tasks, and what a submission says of an evaluation before it is queued. */
class TaskApiTest {

  @TempDir static Path data;
  private static FarmProcess farm;
  private static FarmClient client;

  @BeforeAll
  static void startFarm() throws IOException {
    farm = FarmProcess.start(data, "--merge-slots", "0", "--eval-slots", "0");
    client = new FarmClient(farm);
    client.put("models/base", FarmClient.FACTS.resolve("base"));
    importTasks("tasks/facts", FarmClient.factsTasks());
  }

  @AfterAll
  static void stopFarm() {
    client.close();
    farm.close();
  }

  @Test
  void anImportedBundleNamesItsTasksAndIsListed() throws Exception {
    TaskBundle bundle =
        tasks()
            .getTaskBundle(GetTaskBundleRequest.newBuilder().setReference("tasks/facts").build());
    assertThat(bundle.getTasksList()).contains("facts_animals", "facts_capitals", "facts");
    assertThat(bundle.getFilesList()).extracting(TaskFile::getName).contains("tasks/facts.yaml");
    assertThat(
            tasks().listTaskBundles(ListTaskBundlesRequest.getDefaultInstance()).getBundlesList())
        .contains(bundle);
    TaskBundle.Builder overRest = TaskBundle.newBuilder();
    JsonFormat.parser().merge(client.get("/v1/tasks/facts").body(), overRest);
    assertThat(overRest.build()).isEqualTo(bundle);
  }

  @Test
  void aRepeatedImportIsTheStoredBundleAndAnotherOneIsRefused() throws IOException {
    TaskBundle first = importTasks("tasks/repeated", FarmClient.factsTasks());
    assertThat(importTasks("tasks/repeated", FarmClient.factsTasks())).isEqualTo(first);
    Map<String, byte[]> changed = FarmClient.factsTasks();
    changed.put("more.txt", new byte[] {1});
    assertThat(reason(refused("tasks/repeated", changed))).isEqualTo("TASKS_EXIST");
  }

  @Test
  void everyProblemOfEveryTaskFileIsListedAtOnceAndNothingIsKept() {
    Map<String, byte[]> files = new TreeMap<>();
    files.put("broken.yaml", bytes("task: [unclosed\n"));
    files.put("misspelt.yaml", bytes("task: misspelt\ndataset_pth: json\ndoc_to_txt: x\n"));
    Status status = refused("tasks/broken", files);
    assertThat(status.toString()).contains("broken.yaml").contains("dataset_path");
    StatusRuntimeException missing =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () ->
                tasks()
                    .getTaskBundle(
                        GetTaskBundleRequest.newBuilder().setReference("tasks/fact").build()));
    assertThat(reason(status(missing))).isEqualTo("TASK_NOT_FOUND");
    assertThat(missing.getMessage()).contains("tasks/facts");
  }

  @Test
  void anEvaluationOfStoredTasksIsQueued() {
    Job job = client.jobs().submitEvaluation(evaluation("queued").build());
    assertThat(job.getState()).isEqualTo(JobState.JOB_STATE_QUEUED);
    assertThat(client.jobs().submitEvaluation(evaluation("queued").build())).isEqualTo(job);
  }

  @Test
  void everyProblemOfAnEvaluationIsListedAtOnce() {
    SubmitEvaluationRequest.Builder wrong = evaluation("wrong");
    wrong
        .getEvaluationBuilder()
        .setModel("models/bass")
        .addTasks("facts_capitol")
        .getOptionsBuilder()
        .setDtype("float8");
    StatusRuntimeException failure =
        catchThrowableOfType(
            StatusRuntimeException.class, () -> client.jobs().submitEvaluation(wrong.build()));
    assertThat(status(failure).toString())
        .contains("models/base")
        .contains("facts_capitals")
        .contains("evaluation.options.dtype");
  }

  private static SubmitEvaluationRequest.Builder evaluation(String requestId) {
    return SubmitEvaluationRequest.newBuilder()
        .setRequestId(requestId)
        .setEvaluation(
            EvaluationRequest.newBuilder()
                .setModel("models/base")
                .addTaskBundles("tasks/facts")
                .addTasks("facts_capitals"));
  }

  private static TasksGrpc.TasksBlockingStub tasks() {
    return TasksGrpc.newBlockingStub(client.channel());
  }

  private static TaskBundle importTasks(String reference, Map<String, byte[]> files) {
    return client.importTasks(reference, files);
  }

  private static Status refused(String reference, Map<String, byte[]> files) {
    CompletionException failure =
        catchThrowableOfType(CompletionException.class, () -> importTasks(reference, files));
    assertThat(failure).as("the import is refused").isNotNull();
    return status((StatusRuntimeException) failure.getCause());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
