package dev.mergefarm.jobs;

import com.google.rpc.Status;
import dev.mergefarm.proto.v1.JobProgress;
import dev.mergefarm.proto.v1.Problem;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Something that happened to a job. A job's state is the fold of its events, see {@link JobFold}.
 */
public sealed interface JobEvent {

  /**
   * What every event carries.
   *
   * @param jobId the job it happened to
   * @param id unique within the job; {@link #PROGRESS_ID} for progress
   * @param time by the clock of the process that wrote it; order is the topic's, never the time's
   */
  record Header(String jobId, String id, Instant time) {

    /** The id that all progress of a job shares, so that compaction keeps the newest. */
    public static final String PROGRESS_ID = "progress";

    public Header {
      if (jobId.isEmpty() || id.isEmpty()) {
        throw new IllegalArgumentException("jobId and id must not be empty");
      }
      Objects.requireNonNull(time, "time");
    }
  }

  /**
   * An event that a numbered attempt reports; one of an attempt that is not the newest is stale.
   */
  sealed interface OfAttempt extends JobEvent {
    int attempt();
  }

  Header header();

  /** The gateway accepted a request. */
  record Created(
      Header header,
      String tenant,
      String requestId,
      JobRequest request,
      Map<String, String> labels,
      String requestDigest,
      List<Problem> warnings)
      implements JobEvent {
    public Created {
      labels = Map.copyOf(labels);
      warnings = List.copyOf(warnings);
    }
  }

  /**
   * A worker took the ticket.
   *
   * @param attempt one more than the attempt before
   * @param worker the worker's name, as in its logs
   * @param ticket which ticket it works on; a ticket that comes again means the attempt was lost
   */
  record AttemptStarted(Header header, int attempt, String worker, String ticket)
      implements JobEvent {}

  /** The attempt has come further. */
  record ProgressMade(Header header, int attempt, JobProgress progress) implements OfAttempt {}

  /** Someone asked the job to stop. */
  record CancelRequested(Header header, String reason) implements JobEvent {}

  /** The attempt finished the job. */
  record Succeeded(Header header, int attempt, JobResult result, List<Problem> warnings)
      implements OfAttempt {
    public Succeeded {
      warnings = List.copyOf(warnings);
    }
  }

  /** The attempt failed in a way another may not. */
  record AttemptFailed(Header header, int attempt, Status error) implements OfAttempt {}

  /** The worker gave the job back unfinished, as at its shutdown. */
  record HandedBack(Header header, int attempt, String reason) implements OfAttempt {}

  /** The attempt stopped because it was asked to. */
  record Cancelled(Header header, int attempt) implements OfAttempt {}

  /**
   * The job is given up.
   *
   * @param attempt the newest attempt; 0 when none was started
   */
  record Failed(Header header, int attempt, Status error) implements OfAttempt {}

  default EventType type() {
    return switch (this) {
      case Created _ -> EventType.CREATED;
      case AttemptStarted _ -> EventType.ATTEMPT_STARTED;
      case ProgressMade _ -> EventType.PROGRESS_MADE;
      case CancelRequested _ -> EventType.CANCEL_REQUESTED;
      case Succeeded _ -> EventType.SUCCEEDED;
      case AttemptFailed _ -> EventType.ATTEMPT_FAILED;
      case HandedBack _ -> EventType.HANDED_BACK;
      case Cancelled _ -> EventType.CANCELLED;
      case Failed _ -> EventType.FAILED;
    };
  }
}
