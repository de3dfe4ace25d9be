package dev.mergefarm.jobs;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.jobs.JobEvent.Header;
import dev.mergefarm.jobs.wire.ErrorMessages;
import dev.mergefarm.proto.v1.EvaluationRequest;
import dev.mergefarm.proto.v1.JobProgress;
import dev.mergefarm.proto.v1.MergeRequest;
import dev.mergefarm.proto.v1.MergeResult;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Builds events for tests: each gets the next id and a time one second after the one before. */
public final class TestJobs {

  public static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

  private final String jobId;
  private int count;

  public TestJobs(String jobId) {
    this.jobId = jobId;
  }

  /** The fold of events, as far as they are not refused. */
  public static Optional<JobView> fold(JobEvent... events) {
    Optional<JobView> job = Optional.empty();
    for (JobEvent event : events) {
      if (JobFold.apply(job, event) instanceof JobFold.Applied applied) {
        job = Optional.of(applied.job());
      }
    }
    return job;
  }

  public static JobRequest mergeRequest(String recipe) {
    return new JobRequest.Merge(MergeRequest.newBuilder().setRecipe(recipe).build());
  }

  public static JobRequest evaluationRequest(String model) {
    return new JobRequest.Evaluation(
        EvaluationRequest.newBuilder().setModel(model).addTasks("facts").build());
  }

  public static JobResult mergeResult(String model) {
    return new JobResult.Merge(MergeResult.newBuilder().setModel(model).build());
  }

  public JobEvent.Created created() {
    return created(mergeRequest("merge_method: linear"), Map.of());
  }

  public JobEvent.Created created(JobRequest request, Map<String, String> labels) {
    return new JobEvent.Created(header(), "", "request", request, labels, "digest", List.of());
  }

  public JobEvent.AttemptStarted started(int attempt) {
    return started(attempt, "0-7");
  }

  public JobEvent.AttemptStarted started(int attempt, String ticket) {
    return new JobEvent.AttemptStarted(header(), attempt, "worker/1", ticket);
  }

  public JobEvent.ProgressMade progress(int attempt, long items) {
    return new JobEvent.ProgressMade(
        new Header(jobId, Header.PROGRESS_ID, header().time()),
        attempt,
        JobProgress.newBuilder().setStage("merge").setItemsDone(items).setItemsTotal(100).build());
  }

  public JobEvent.CancelRequested cancelRequested() {
    return new JobEvent.CancelRequested(header(), "no longer needed");
  }

  public JobEvent.Succeeded succeeded(int attempt) {
    return new JobEvent.Succeeded(header(), attempt, mergeResult("models/out"), List.of());
  }

  public JobEvent.AttemptFailed attemptFailed(int attempt) {
    return new JobEvent.AttemptFailed(
        header(), attempt, ErrorMessages.status(ErrorCode.STORE_UNAVAILABLE, "store is down"));
  }

  public JobEvent.HandedBack handedBack(int attempt) {
    return new JobEvent.HandedBack(header(), attempt, "shutdown");
  }

  public JobEvent.Cancelled cancelled(int attempt) {
    return new JobEvent.Cancelled(header(), attempt);
  }

  public JobEvent.Failed failed(int attempt) {
    return new JobEvent.Failed(
        header(), attempt, ErrorMessages.status(ErrorCode.TENSOR_MISSING, "no such tensor"));
  }

  private Header header() {
    count++;
    return new Header(jobId, "event-" + count, BEGIN.plusSeconds(count));
  }
}
