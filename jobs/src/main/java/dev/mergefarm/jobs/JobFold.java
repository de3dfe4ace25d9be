package dev.mergefarm.jobs;

import com.google.rpc.Status;
import dev.mergefarm.jobs.AttemptView.Outcome;
import dev.mergefarm.proto.v1.JobProgress;
import dev.mergefarm.proto.v1.Problem;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The pure function from a job and an event to the job after it. An event that does not fit is
 * refused and changes nothing: a pair of state and event that {@link JobTransitions} does not have,
 * a stale attempt, a second creation. So folding an event twice gives what folding it once gives
 * (progress simply repeats), and every reader of the topic arrives at the same job.
 */
public final class JobFold {

  /** What folding one event came to. */
  public sealed interface Step {}

  /** The event counts. */
  public record Applied(JobView job) implements Step {}

  /** The event is ignored; the reason is for logs. */
  public record Refused(String reason) implements Step {}

  private JobFold() {}

  /**
   * @param before the job so far; empty before its first event
   */
  public static Step apply(Optional<JobView> before, JobEvent event) {
    if (event instanceof JobEvent.Created created) {
      return before.isPresent()
          ? new Refused("the job exists already")
          : new Applied(create(created));
    }
    if (before.isEmpty()) {
      return new Refused("the job has no beginning");
    }
    JobView job = before.get();
    Optional<JobState> next = JobTransitions.next(job.state(), event.type());
    if (next.isEmpty()) {
      return new Refused(event.type() + " does not happen in state " + job.state());
    }
    int newest = job.attempts().size();
    if (event instanceof JobEvent.OfAttempt report && report.attempt() != newest) {
      return new Refused("attempt " + report.attempt() + " is not the newest, " + newest + " is");
    }
    if (event instanceof JobEvent.AttemptStarted claim && claim.attempt() != newest + 1) {
      return new Refused("attempt " + claim.attempt() + " is claimed, " + newest + " is newest");
    }
    return new Applied(advance(job, next.get(), event));
  }

  private static JobView create(JobEvent.Created event) {
    return new JobView(
        JobOrigin.of(event),
        JobState.QUEUED,
        1,
        JobView.Times.NONE,
        "",
        List.of(),
        Optional.empty(),
        JobView.Conclusion.NONE);
  }

  private static JobView advance(JobView job, JobState next, JobEvent event) {
    if (event instanceof JobEvent.ProgressMade progress) {
      return new JobView(
          job.origin(),
          next,
          job.eventNumber(),
          job.times(),
          job.cancelReason(),
          job.attempts(),
          Optional.of(progress.progress()),
          job.conclusion());
    }
    return new JobView(
        job.origin(),
        next,
        job.eventNumber() + 1,
        times(job.times(), next, event),
        event instanceof JobEvent.CancelRequested cancel ? cancel.reason() : job.cancelReason(),
        attempts(job, event),
        progress(job, event),
        conclusion(job, event));
  }

  private static JobView.Times times(JobView.Times times, JobState next, JobEvent event) {
    Optional<Instant> now = Optional.of(event.header().time());
    return new JobView.Times(
        event instanceof JobEvent.AttemptStarted ? times.start().or(() -> now) : times.start(),
        event instanceof JobEvent.CancelRequested ? now : times.cancel(),
        next.isFinal() ? now : Optional.empty());
  }

  private static Optional<JobProgress> progress(JobView job, JobEvent event) {
    return switch (event) {
      case JobEvent.AttemptStarted _, JobEvent.AttemptFailed _, JobEvent.HandedBack _ ->
          Optional.empty();
      case JobEvent.Created _,
          JobEvent.ProgressMade _,
          JobEvent.CancelRequested _,
          JobEvent.Succeeded _,
          JobEvent.Cancelled _,
          JobEvent.Failed _ ->
          job.progress();
    };
  }

  private static JobView.Conclusion conclusion(JobView job, JobEvent event) {
    return switch (event) {
      case JobEvent.Succeeded success ->
          new JobView.Conclusion(
              Optional.of(success.result()), Optional.empty(), success.warnings());
      case JobEvent.Failed failure ->
          new JobView.Conclusion(
              Optional.empty(), Optional.of(failure.error()), List.<Problem>of());
      case JobEvent.Created _,
          JobEvent.AttemptStarted _,
          JobEvent.ProgressMade _,
          JobEvent.CancelRequested _,
          JobEvent.AttemptFailed _,
          JobEvent.HandedBack _,
          JobEvent.Cancelled _ ->
          job.conclusion();
    };
  }

  private static List<AttemptView> attempts(JobView job, JobEvent event) {
    return switch (event) {
      case JobEvent.AttemptStarted started -> withNewAttempt(job, started);
      case JobEvent.Succeeded _ -> ended(job, event, Outcome.SUCCEEDED, "");
      case JobEvent.AttemptFailed failure ->
          ended(job, event, Outcome.FAILED, text(failure.error()));
      case JobEvent.Failed failure -> ended(job, event, Outcome.FAILED, text(failure.error()));
      case JobEvent.HandedBack back -> ended(job, event, Outcome.HANDED_BACK, back.reason());
      case JobEvent.Cancelled _ -> ended(job, event, Outcome.CANCELLED, job.cancelReason());
      case JobEvent.Created _, JobEvent.ProgressMade _, JobEvent.CancelRequested _ ->
          job.attempts();
    };
  }

  private static List<AttemptView> withNewAttempt(JobView job, JobEvent.AttemptStarted started) {
    List<AttemptView> attempts =
        new ArrayList<>(ended(job, started, Outcome.LOST, "its ticket was handed out again"));
    JobEvent.Header header = started.header();
    attempts.add(
        new AttemptView(
            started.attempt(),
            header.id(),
            started.worker(),
            started.ticket(),
            header.time(),
            Optional.empty()));
    return attempts;
  }

  /** Ends the newest attempt unless it has ended before. */
  private static List<AttemptView> ended(
      JobView job, JobEvent event, Outcome outcome, String reason) {
    if (job.attempts().isEmpty() || job.attempts().getLast().end().isPresent()) {
      return job.attempts();
    }
    List<AttemptView> attempts = new ArrayList<>(job.attempts());
    AttemptView newest = attempts.removeLast();
    attempts.add(newest.ended(event.header().time(), outcome, reason));
    return attempts;
  }

  private static String text(Status error) {
    return error.getMessage();
  }
}
