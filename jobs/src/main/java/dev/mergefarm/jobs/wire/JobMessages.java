package dev.mergefarm.jobs.wire;

import com.google.protobuf.Timestamp;
import dev.mergefarm.jobs.AttemptView;
import dev.mergefarm.jobs.JobKind;
import dev.mergefarm.jobs.JobRequest;
import dev.mergefarm.jobs.JobResult;
import dev.mergefarm.jobs.JobState;
import dev.mergefarm.jobs.JobView;
import dev.mergefarm.proto.v1.Attempt;
import dev.mergefarm.proto.v1.Job;
import dev.mergefarm.proto.v1.JobEvent;
import java.time.Instant;

/** Jobs as the API shows them. */
public final class JobMessages {

  private JobMessages() {}

  public static Job job(JobView view) {
    Job.Builder job =
        Job.newBuilder()
            .setId(view.id())
            .setKind(kind(view.kind()))
            .setState(state(view.state()))
            .putAllLabels(view.origin().labels())
            .setCreateTime(timestamp(view.origin().createTime()))
            .setEventNumber(view.eventNumber())
            .setAttempt(view.attempts().size())
            .setCancelReason(view.cancelReason())
            .addAllWarnings(view.warnings());
    view.times().start().ifPresent(time -> job.setStartTime(timestamp(time)));
    view.times().cancel().ifPresent(time -> job.setCancelTime(timestamp(time)));
    view.times().end().ifPresent(time -> job.setEndTime(timestamp(time)));
    view.attempts().forEach(attempt -> job.addAttempts(attempt(attempt)));
    view.progress().ifPresent(job::setProgress);
    view.conclusion().error().ifPresent(job::setError);
    switch (view.origin().request()) {
      case JobRequest.Merge merge -> job.setMerge(merge.message());
      case JobRequest.Evaluation evaluation -> job.setEvaluation(evaluation.message());
    }
    view.conclusion().result().ifPresent(result -> addResult(job, result));
    return job.build();
  }

  /**
   * The event that made a job what it is.
   *
   * @param view the job after the event
   * @param time when it happened
   */
  public static JobEvent stateChange(JobView view, Instant time) {
    return JobEvent.newBuilder()
        .setJobId(view.id())
        .setNumber(view.eventNumber())
        .setTime(timestamp(time))
        .setJob(job(view))
        .build();
  }

  /** An event that only tells how far a job has come. */
  public static JobEvent progress(JobView view, Instant time) {
    return stateChange(view, time).toBuilder().setProgressOnly(true).build();
  }

  public static dev.mergefarm.proto.v1.JobKind kind(JobKind kind) {
    return switch (kind) {
      case MERGE -> dev.mergefarm.proto.v1.JobKind.JOB_KIND_MERGE;
      case EVALUATION -> dev.mergefarm.proto.v1.JobKind.JOB_KIND_EVALUATION;
    };
  }

  public static dev.mergefarm.proto.v1.JobState state(JobState state) {
    return switch (state) {
      case QUEUED -> dev.mergefarm.proto.v1.JobState.JOB_STATE_QUEUED;
      case RUNNING -> dev.mergefarm.proto.v1.JobState.JOB_STATE_RUNNING;
      case CANCELLING -> dev.mergefarm.proto.v1.JobState.JOB_STATE_CANCELLING;
      case SUCCEEDED -> dev.mergefarm.proto.v1.JobState.JOB_STATE_SUCCEEDED;
      case FAILED -> dev.mergefarm.proto.v1.JobState.JOB_STATE_FAILED;
      case CANCELLED -> dev.mergefarm.proto.v1.JobState.JOB_STATE_CANCELLED;
    };
  }

  public static Timestamp timestamp(Instant time) {
    return Timestamp.newBuilder()
        .setSeconds(time.getEpochSecond())
        .setNanos(time.getNano())
        .build();
  }

  public static Instant instant(Timestamp time) {
    return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
  }

  private static Attempt attempt(AttemptView view) {
    Attempt.Builder attempt =
        Attempt.newBuilder()
            .setNumber(view.number())
            .setWorker(view.worker())
            .setStartTime(timestamp(view.startTime()));
    view.end()
        .ifPresent(
            end ->
                attempt
                    .setEndTime(timestamp(end.time()))
                    .setOutcome(end.outcome().label())
                    .setReason(end.reason()));
    return attempt.build();
  }

  private static void addResult(Job.Builder job, JobResult result) {
    switch (result) {
      case JobResult.Merge merge -> job.setMergeResult(merge.message());
      case JobResult.Evaluation evaluation -> job.setEvaluationResult(evaluation.message());
    }
  }
}
