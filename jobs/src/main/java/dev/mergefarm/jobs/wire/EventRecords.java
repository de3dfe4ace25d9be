package dev.mergefarm.jobs.wire;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.mergefarm.jobs.JobEvent;
import dev.mergefarm.jobs.JobEvent.Header;
import dev.mergefarm.jobs.JobRequest;
import dev.mergefarm.jobs.JobResult;
import dev.mergefarm.proto.v1.AttemptFailed;
import dev.mergefarm.proto.v1.AttemptHandedBack;
import dev.mergefarm.proto.v1.AttemptStarted;
import dev.mergefarm.proto.v1.CancelRequested;
import dev.mergefarm.proto.v1.EventRecord;
import dev.mergefarm.proto.v1.JobCancelled;
import dev.mergefarm.proto.v1.JobCreated;
import dev.mergefarm.proto.v1.JobFailed;
import dev.mergefarm.proto.v1.JobSucceeded;
import dev.mergefarm.proto.v1.ProgressMade;
import java.util.Optional;

/** Events as records on the event topic, there and back. */
public final class EventRecords {

  private EventRecords() {}

  /** The record's key: the job id, a slash and the event's id. */
  public static String key(JobEvent event) {
    return event.header().jobId() + "/" + event.header().id();
  }

  /** The job id in a record's key. */
  public static String jobId(String key) {
    int slash = key.lastIndexOf('/');
    return slash < 0 ? key : key.substring(0, slash);
  }

  /**
   * An event from a record's value. Empty for a record that is not an event this version knows: one
   * written by a newer version, or not by Mergefarm at all. Readers pass over those.
   */
  public static Optional<JobEvent> parse(byte[] value) {
    try {
      return fromRecord(EventRecord.parseFrom(value));
    } catch (InvalidProtocolBufferException e) {
      return Optional.empty();
    }
  }

  public static EventRecord toRecord(JobEvent event) {
    Header header = event.header();
    EventRecord.Builder record =
        EventRecord.newBuilder()
            .setJobId(header.jobId())
            .setId(header.id())
            .setTime(JobMessages.timestamp(header.time()));
    switch (event) {
      case JobEvent.Created created -> record.setCreated(created(created));
      case JobEvent.AttemptStarted started ->
          record.setAttemptStarted(
              AttemptStarted.newBuilder()
                  .setAttempt(started.attempt())
                  .setWorker(started.worker())
                  .setTicket(started.ticket()));
      case JobEvent.ProgressMade made ->
          record.setProgressMade(
              ProgressMade.newBuilder().setAttempt(made.attempt()).setProgress(made.progress()));
      case JobEvent.CancelRequested cancel ->
          record.setCancelRequested(CancelRequested.newBuilder().setReason(cancel.reason()));
      case JobEvent.Succeeded success -> record.setSucceeded(succeeded(success));
      case JobEvent.AttemptFailed failed ->
          record.setAttemptFailed(
              AttemptFailed.newBuilder().setAttempt(failed.attempt()).setError(failed.error()));
      case JobEvent.HandedBack back ->
          record.setHandedBack(
              AttemptHandedBack.newBuilder().setAttempt(back.attempt()).setReason(back.reason()));
      case JobEvent.Cancelled cancelled ->
          record.setCancelled(JobCancelled.newBuilder().setAttempt(cancelled.attempt()));
      case JobEvent.Failed failed ->
          record.setFailed(
              JobFailed.newBuilder().setAttempt(failed.attempt()).setError(failed.error()));
    }
    return record.build();
  }

  /** Empty for an event that this version does not know. */
  public static Optional<JobEvent> fromRecord(EventRecord record) {
    if (record.getJobId().isEmpty() || record.getId().isEmpty()) {
      return Optional.empty();
    }
    Header header =
        new Header(record.getJobId(), record.getId(), JobMessages.instant(record.getTime()));
    return switch (record.getEventCase()) {
      case CREATED -> created(header, record.getCreated());
      case ATTEMPT_STARTED -> {
        AttemptStarted started = record.getAttemptStarted();
        yield Optional.of(
            new JobEvent.AttemptStarted(
                header, started.getAttempt(), started.getWorker(), started.getTicket()));
      }
      case PROGRESS_MADE -> {
        ProgressMade made = record.getProgressMade();
        yield Optional.of(new JobEvent.ProgressMade(header, made.getAttempt(), made.getProgress()));
      }
      case CANCEL_REQUESTED ->
          Optional.of(
              new JobEvent.CancelRequested(header, record.getCancelRequested().getReason()));
      case SUCCEEDED -> succeeded(header, record.getSucceeded());
      case ATTEMPT_FAILED -> {
        AttemptFailed failed = record.getAttemptFailed();
        yield Optional.of(
            new JobEvent.AttemptFailed(header, failed.getAttempt(), failed.getError()));
      }
      case HANDED_BACK -> {
        AttemptHandedBack back = record.getHandedBack();
        yield Optional.of(new JobEvent.HandedBack(header, back.getAttempt(), back.getReason()));
      }
      case CANCELLED ->
          Optional.of(new JobEvent.Cancelled(header, record.getCancelled().getAttempt()));
      case FAILED -> {
        JobFailed failed = record.getFailed();
        yield Optional.of(new JobEvent.Failed(header, failed.getAttempt(), failed.getError()));
      }
      case EVENT_NOT_SET -> Optional.empty();
    };
  }

  private static JobCreated created(JobEvent.Created event) {
    JobCreated.Builder created =
        JobCreated.newBuilder()
            .setKind(JobMessages.kind(event.request().kind()))
            .putAllLabels(event.labels())
            .setRequestDigest(event.requestDigest())
            .addAllWarnings(event.warnings())
            .setTenant(event.tenant())
            .setRequestId(event.requestId());
    switch (event.request()) {
      case JobRequest.Merge merge -> created.setMerge(merge.message());
      case JobRequest.Evaluation evaluation -> created.setEvaluation(evaluation.message());
    }
    return created.build();
  }

  private static Optional<JobEvent> created(Header header, JobCreated created) {
    Optional<JobRequest> request =
        switch (created.getRequestCase()) {
          case MERGE -> Optional.of(new JobRequest.Merge(created.getMerge()));
          case EVALUATION -> Optional.of(new JobRequest.Evaluation(created.getEvaluation()));
          case REQUEST_NOT_SET -> Optional.empty();
        };
    return request.map(
        present ->
            new JobEvent.Created(
                header,
                created.getTenant(),
                created.getRequestId(),
                present,
                created.getLabelsMap(),
                created.getRequestDigest(),
                created.getWarningsList()));
  }

  private static JobSucceeded succeeded(JobEvent.Succeeded event) {
    JobSucceeded.Builder succeeded =
        JobSucceeded.newBuilder().setAttempt(event.attempt()).addAllWarnings(event.warnings());
    switch (event.result()) {
      case JobResult.Merge merge -> succeeded.setMergeResult(merge.message());
      case JobResult.Evaluation evaluation -> succeeded.setEvaluationResult(evaluation.message());
    }
    return succeeded.build();
  }

  private static Optional<JobEvent> succeeded(Header header, JobSucceeded succeeded) {
    Optional<JobResult> result =
        switch (succeeded.getResultCase()) {
          case MERGE_RESULT -> Optional.of(new JobResult.Merge(succeeded.getMergeResult()));
          case EVALUATION_RESULT ->
              Optional.of(new JobResult.Evaluation(succeeded.getEvaluationResult()));
          case RESULT_NOT_SET -> Optional.empty();
        };
    return result.map(
        present ->
            new JobEvent.Succeeded(
                header, succeeded.getAttempt(), present, succeeded.getWarningsList()));
  }
}
