package dev.mergefarm.integration;

import static dev.mergefarm.integration.farm.FarmClient.fields;
import static dev.mergefarm.integration.farm.FarmClient.merge;
import static dev.mergefarm.integration.farm.FarmClient.reason;
import static dev.mergefarm.integration.farm.FarmClient.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.util.JsonFormat;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Help;
import com.google.rpc.Status;
import dev.mergefarm.integration.farm.FarmClient;
import dev.mergefarm.integration.farm.FarmProcess;
import dev.mergefarm.proto.v1.CancelJobRequest;
import dev.mergefarm.proto.v1.GetJobRequest;
import dev.mergefarm.proto.v1.Job;
import dev.mergefarm.proto.v1.JobEvent;
import dev.mergefarm.proto.v1.JobState;
import dev.mergefarm.proto.v1.JobsGrpc;
import dev.mergefarm.proto.v1.ListJobsRequest;
import dev.mergefarm.proto.v1.ListJobsResponse;
import dev.mergefarm.proto.v1.SubmitMergeRequest;
import dev.mergefarm.proto.v1.SubmitMergeResponse;
import dev.mergefarm.proto.v1.WatchJobRequest;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The API's promises about jobs, on a farm without workers, where nothing moves by itself. */
class JobApiTest {

  private static final String RECIPE =
      """
      merge_method: linear
      dtype: bfloat16
      models:
        - model: models/facts-animals
          parameters: {weight: 0.5}
        - model: models/facts-capitals
          parameters: {weight: 0.5}
      """;
  private static final String WRONG_RECIPE =
      """
      merge_method: linearr
      dtype: bfloat17
      modells: []
      models:
        - model: models/facts-animals
          parameters: {weight: .nan}
      """;
  private static final JsonFormat.TypeRegistry DETAILS =
      JsonFormat.TypeRegistry.newBuilder()
          .add(List.of(ErrorInfo.getDescriptor(), BadRequest.getDescriptor(), Help.getDescriptor()))
          .build();

  @TempDir static Path data;
  private static FarmProcess farm;
  private static FarmClient client;

  @BeforeAll
  static void startFarm() {
    farm = FarmProcess.start(data, "--merge-slots", "0", "--eval-slots", "0");
    client = new FarmClient(farm);
    client.put("models/facts-animals", FarmClient.FACTS.resolve("animals"));
    client.put("models/facts-capitals", FarmClient.FACTS.resolve("capitals"));
  }

  @AfterAll
  static void stopFarm() {
    client.close();
    farm.close();
  }

  @Test
  void aSubmittedMergeIsQueuedAndFoundAgain() {
    SubmitMergeResponse response = client.jobs().submitMerge(merge("found", RECIPE));
    Job job = response.getJob();
    assertThat(job.getState()).isEqualTo(JobState.JOB_STATE_QUEUED);
    assertThat(job.getEventNumber()).isEqualTo(1);
    assertThat(job.getMerge().getRecipe()).isEqualTo(RECIPE);
    assertThat(get(job.getId())).isEqualTo(job);
  }

  @Test
  void aRepeatAttachesToTheJobOfTheFirst() {
    Job first = client.jobs().submitMerge(merge("repeated", RECIPE)).getJob();
    Job second = client.jobs().submitMerge(merge("repeated", RECIPE)).getJob();
    assertThat(second).isEqualTo(first);
  }

  @Test
  void anotherRequestUnderAUsedIdIsRefused() {
    client.jobs().submitMerge(merge("reused", RECIPE));
    Status status = refusal(() -> client.jobs().submitMerge(merge("reused", RECIPE + "# more")));
    assertThat(status.getCode()).isEqualTo(Code.ALREADY_EXISTS_VALUE);
    assertThat(reason(status)).isEqualTo("REQUEST_ID_REUSED");
  }

  @Test
  void everyProblemOfASubmissionIsListedAtOnce() {
    SubmitMergeRequest wrong =
        merge("x".repeat(200), WRONG_RECIPE).toBuilder().putLabels("k".repeat(64), "v").build();
    Status status = refusal(() -> client.jobs().submitMerge(wrong));
    assertThat(status.getCode()).isEqualTo(Code.INVALID_ARGUMENT_VALUE);
    assertThat(fields(status))
        .contains("request_id", "labels[" + "k".repeat(64) + "]", "merge_method", "modells");
    assertThat(violation(status, "merge_method")).contains("linear");
    assertThat(violation(status, "modells")).contains("models");
  }

  @Test
  void aRecipeBeyondItsLimitIsRefusedByItsSize() {
    String large = "# " + "x".repeat(1 << 20) + "\n" + RECIPE;
    Status status = refusal(() -> client.jobs().submitMerge(merge("large", large)));
    assertThat(reason(status)).isEqualTo("REQUEST_LIMIT");
    assertThat(fields(status)).containsExactly("merge.recipe");
  }

  @Test
  void aMessageBeyondTheTransportsLimitIsRefusedAndTheFarmGoesOn() {
    String huge = "#" + "x".repeat(50 << 20);
    StatusRuntimeException failure =
        catchThrowableOfType(
            StatusRuntimeException.class, () -> client.jobs().submitMerge(merge("huge", huge)));
    assertThat(failure).isNotNull();
    assertThat(get(client.jobs().submitMerge(merge("after", RECIPE)).getJob().getId())).isNotNull();
  }

  @Test
  void anUnknownJobIsNotFound() {
    Status status =
        refusal(() -> client.jobs().getJob(GetJobRequest.newBuilder().setId("nobody").build()));
    assertThat(status.getCode()).isEqualTo(Code.NOT_FOUND_VALUE);
    assertThat(reason(status)).isEqualTo("JOB_NOT_FOUND");
  }

  @Test
  void pagesHoldEveryJobOnceNewestFirst() {
    List<String> made = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      SubmitMergeRequest request =
          merge("page-" + i, RECIPE).toBuilder().putLabels("list", "pages").build();
      made.addFirst(client.jobs().submitMerge(request).getJob().getId());
    }
    List<String> listed = new ArrayList<>();
    ListJobsRequest.Builder request =
        ListJobsRequest.newBuilder().setPageSize(3).setFilter("labels.list = pages");
    do {
      ListJobsResponse page = client.jobs().listJobs(request.build());
      page.getJobsList().forEach(job -> listed.add(job.getId()));
      request.setPageToken(page.getNextPageToken());
    } while (!request.getPageToken().isEmpty());
    assertThat(listed).containsExactlyElementsOf(made);
  }

  @Test
  void aPageTokenOfAnotherFilterAndAWrongFilterAreRefused() {
    client.jobs().submitMerge(merge("token-1", RECIPE));
    client.jobs().submitMerge(merge("token-2", RECIPE));
    String token =
        client
            .jobs()
            .listJobs(ListJobsRequest.newBuilder().setPageSize(1).build())
            .getNextPageToken();
    ListJobsRequest other =
        ListJobsRequest.newBuilder().setPageToken(token).setFilter("kind = MERGE").build();
    assertThat(reason(refusal(() -> client.jobs().listJobs(other))))
        .isEqualTo("INVALID_PAGE_TOKEN");
    ListJobsRequest wrong =
        ListJobsRequest.newBuilder().setPageSize(-1).setFilter("stat = RUNNING").build();
    assertThat(fields(refusal(() -> client.jobs().listJobs(wrong))))
        .containsExactly("page_size", "filter");
  }

  @Test
  void aWatchTellsTheHistoryAndEndsWithTheJob() {
    String id = cancelled("history").getId();
    assertThat(events(id, 1))
        .extracting(JobEvent::getNumber, event -> event.getJob().getState())
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(1L, JobState.JOB_STATE_QUEUED),
            org.assertj.core.groups.Tuple.tuple(2L, JobState.JOB_STATE_CANCELLED));
  }

  @Test
  void aWatchResumesAfterTheLastEventSeen() {
    String id = cancelled("resumed").getId();
    assertThat(events(id, 2)).extracting(JobEvent::getNumber).containsExactly(2L);
    assertThat(events(id, 3)).isEmpty();
    assertThat(events(id, 0)).extracting(JobEvent::getNumber).containsExactly(2L);
    assertThat(reason(refusal(() -> events(id, 9)))).isEqualTo("INVALID_VALUE");
  }

  @Test
  void aThousandWatchersMissNothing() throws InterruptedException {
    int watchers = 1000;
    List<String> ids =
        IntStream.range(0, 20)
            .mapToObj(i -> client.jobs().submitMerge(merge("many-" + i, RECIPE)).getJob().getId())
            .toList();
    CountDownLatch begun = new CountDownLatch(watchers);
    CountDownLatch ended = new CountDownLatch(watchers);
    List<List<Long>> seen = new ArrayList<>();
    for (int i = 0; i < watchers; i++) {
      List<Long> numbers = new ArrayList<>();
      seen.add(numbers);
      WatchJobRequest request =
          WatchJobRequest.newBuilder().setId(ids.get(i % ids.size())).setFromEventNumber(1).build();
      JobsGrpc.newStub(client.channel()).watchJob(request, watcher(numbers, begun, ended));
    }
    assertThat(begun.await(60, TimeUnit.SECONDS)).as("all have begun").isTrue();
    ids.forEach(id -> client.jobs().cancelJob(CancelJobRequest.newBuilder().setId(id).build()));
    assertThat(ended.await(60, TimeUnit.SECONDS)).as("all have ended").isTrue();
    assertThat(seen).allSatisfy(numbers -> assertThat(numbers).containsExactly(1L, 2L));
  }

  private static StreamObserver<JobEvent> watcher(
      List<Long> numbers, CountDownLatch begun, CountDownLatch ended) {
    return new StreamObserver<>() {
      @Override
      public void onNext(JobEvent event) {
        if (numbers.isEmpty()) {
          begun.countDown();
        }
        numbers.add(event.getNumber());
      }

      @Override
      public void onError(Throwable failure) {
        numbers.add(-1L);
        ended.countDown();
      }

      @Override
      public void onCompleted() {
        ended.countDown();
      }
    };
  }

  @Test
  void restAnswersWhatGrpcAnswers() throws Exception {
    Job.Builder job = Job.newBuilder();
    String body = JsonFormat.printer().print(merge("rest", RECIPE));
    HttpResponse<String> submitted = client.post("/v1/merges", body);
    assertThat(submitted.statusCode()).isEqualTo(200);
    SubmitMergeResponse.Builder response = SubmitMergeResponse.newBuilder();
    JsonFormat.parser().merge(submitted.body(), response);
    String id = response.getJob().getId();
    JsonFormat.parser().merge(client.get("/v1/jobs/" + id).body(), job);
    assertThat(job.build()).isEqualTo(get(id)).isEqualTo(response.getJob());

    Job.Builder stopped = Job.newBuilder();
    JsonFormat.parser()
        .merge(
            client.post("/v1/jobs/" + id + ":cancel", "{\"reason\":\"enough\"}").body(), stopped);
    assertThat(stopped.getState()).isEqualTo(JobState.JOB_STATE_CANCELLED);
    assertThat(stopped.getCancelReason()).isEqualTo("enough");
  }

  @Test
  void restRefusesWithTheSameStatusAsGrpc() throws Exception {
    SubmitMergeRequest wrong = merge("refused", WRONG_RECIPE);
    HttpResponse<String> response = client.post("/v1/merges", JsonFormat.printer().print(wrong));
    assertThat(response.statusCode()).isEqualTo(400);
    Status.Builder overRest = Status.newBuilder();
    JsonFormat.parser().usingTypeRegistry(DETAILS).merge(response.body(), overRest);
    assertThat(overRest.build()).isEqualTo(refusal(() -> client.jobs().submitMerge(wrong)));
    assertThat(client.get("/v1/jobs/nobody").statusCode()).isEqualTo(404);
    client.jobs().submitMerge(merge("taken", RECIPE));
    String other = JsonFormat.printer().print(merge("taken", RECIPE + "# more"));
    assertThat(client.post("/v1/merges", other).statusCode()).isEqualTo(409);
  }

  @Test
  void serverSentEventsAreTheEventsOfTheWatch() {
    String id = cancelled("sse").getId();
    List<JobEvent> whole = sse(client.get("/v1/jobs/" + id + "/events?fromEventNumber=1"));
    assertThat(whole).isEqualTo(events(id, 1));
    HttpResponse<String> resumed = client.get("/v1/jobs/" + id + "/events", "Last-Event-ID", "1");
    assertThat(sse(resumed)).isEqualTo(events(id, 2));
    assertThat(resumed.body()).contains("id:2").contains("event:job");
  }

  @Test
  void healthAndMetricsAreThere() {
    assertThat(client.get("/q/health/live").statusCode()).isEqualTo(200);
    assertThat(client.get("/q/health/ready").statusCode()).isEqualTo(200);
    client.jobs().submitMerge(merge("measured", RECIPE));
    assertThat(client.get("/q/metrics").body())
        .contains("mergefarm_jobs{kind=\"merge\",state=\"QUEUED\"}")
        .contains("mergefarm_queue_depth{kind=\"merge\"}")
        .contains("mergefarm_watches ")
        .contains("mergefarm_submit_seconds_count{kind=\"merge\",outcome=\"accepted\"}");
  }

  private static Job cancelled(String requestId) {
    Job job = client.jobs().submitMerge(merge(requestId, RECIPE)).getJob();
    return client.jobs().cancelJob(CancelJobRequest.newBuilder().setId(job.getId()).build());
  }

  private static Job get(String id) {
    return client.jobs().getJob(GetJobRequest.newBuilder().setId(id).build());
  }

  private static List<JobEvent> events(String id, long from) {
    Iterator<JobEvent> events =
        client
            .jobs()
            .withDeadlineAfter(30, TimeUnit.SECONDS)
            .watchJob(WatchJobRequest.newBuilder().setId(id).setFromEventNumber(from).build());
    List<JobEvent> all = new ArrayList<>();
    events.forEachRemaining(all::add);
    return all;
  }

  private static List<JobEvent> sse(HttpResponse<String> response) {
    return response
        .body()
        .lines()
        .filter(line -> line.startsWith("data:"))
        .map(line -> parse(line.substring("data:".length())))
        .toList();
  }

  private static JobEvent parse(String json) {
    try {
      JobEvent.Builder event = JobEvent.newBuilder();
      JsonFormat.parser().merge(json, event);
      return event.build();
    } catch (com.google.protobuf.InvalidProtocolBufferException malformed) {
      throw new AssertionError(json, malformed);
    }
  }

  private static Status refusal(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    StatusRuntimeException failure = catchThrowableOfType(StatusRuntimeException.class, call);
    assertThat(failure).as("the call is refused").isNotNull();
    return status(failure);
  }

  private static String violation(Status status, String field) {
    return FarmClient.violations(status).stream()
        .filter(violation -> violation.getField().equals(field))
        .map(BadRequest.FieldViolation::getDescription)
        .findFirst()
        .orElseThrow();
  }
}
