package dev.mergefarm.jobs.worker;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Progress;
import dev.mergefarm.jobs.JobEvent;
import dev.mergefarm.jobs.JobEvent.Header;
import dev.mergefarm.jobs.JobState;
import dev.mergefarm.jobs.JobView;
import dev.mergefarm.jobs.kafka.RecordWriter;
import dev.mergefarm.jobs.worker.AttemptRun.StopReason;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a slot does while a handler works: renews the ticket, follows the job for cancellation and
 * newer attempts, reports progress, and does not wait for ever for a handler that will not stop.
 */
final class AttemptWatch {

  private static final Logger LOG = LoggerFactory.getLogger(AttemptWatch.class);
  private static final long WAIT_MILLISECONDS = 50;
  private static final Duration READ = Duration.ofMillis(5);

  /** Engines look at their cancellation every 100 ms; after this long they are interrupted. */
  private static final Duration INTERRUPT_AFTER = Duration.ofSeconds(5);

  /** After this long the thread is left to itself and the attempt counts as stopped. */
  private static final Duration ABANDON_AFTER = Duration.ofSeconds(20);

  private final WorkerSettings settings;
  private final TicketQueue queue;
  private final JobFollower follower;
  private final RecordWriter writer;
  private final WorkerListener listener;
  private final Clock clock;
  private final Shutdown shutdown;
  private final ProgressMeter meter = new ProgressMeter();
  private final AttemptRun run;
  private final long renewNanos;
  private long renewAt;
  private long reportAt;
  private long stoppedAt;
  private boolean interrupted;
  private Progress told = new Progress("", 0, 0, 0, 0);

  AttemptWatch(SlotTools tools, TicketQueue queue, JobFollower follower, AttemptRun run) {
    this.settings = tools.settings();
    this.queue = queue;
    this.follower = follower;
    this.writer = tools.writer();
    this.listener = tools.listener();
    this.clock = tools.clock();
    this.shutdown = tools.shutdown();
    this.run = run;
    this.renewNanos = queue.lockDuration().toNanos() / 3;
    long now = System.nanoTime();
    this.renewAt = now + renewNanos;
    this.reportAt = now;
  }

  /** Waits for the handler's end, or for the moment when it is no longer waited for. */
  AttemptRun.Ending await() {
    while (!awaitDone()) {
      follower.poll(READ);
      stopWhereAsked();
      renewWhenDue();
      if (System.nanoTime() - reportAt >= 0) {
        reportProgress();
      }
      if (isAbandoned()) {
        LOG.error("The handler did not stop within {}; its thread is left behind.", ABANDON_AFTER);
        return new AttemptRun.Failed(
            new MergefarmException(ErrorCode.CANCELLED, "The handler did not stop in time."));
      }
    }
    reportProgress();
    return run.ending();
  }

  /** Waits between attempts, holding the ticket; ends early when nobody needs to wait any more. */
  void pauseBetweenAttempts(Duration backoff) {
    long end = System.nanoTime() + backoff.toNanos();
    while (System.nanoTime() - end < 0 && !shutdown.isRequested() && !isFinal()) {
      shutdown.pause(Duration.ofMillis(WAIT_MILLISECONDS));
      follower.poll(READ);
      renewWhenDue();
    }
  }

  private boolean isFinal() {
    return follower.job().map(job -> job.state().isFinal()).orElse(true);
  }

  private boolean awaitDone() {
    try {
      return run.awaitDone(WAIT_MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      run.stop(StopReason.SHUTDOWN);
      throw new MergefarmException(ErrorCode.CANCELLED, "The slot was interrupted.", e);
    }
  }

  private void stopWhereAsked() {
    Optional<JobView> job = follower.job();
    if (job.isEmpty() || job.get().state().isFinal() || isSuperseded(job.get())) {
      stop(StopReason.SUPERSEDED);
    } else if (job.get().state() == JobState.CANCELLING) {
      stop(StopReason.CANCELLED);
    } else if (shutdown.isGraceOver()) {
      stop(StopReason.SHUTDOWN);
    }
    if (stoppedAt != 0 && !interrupted && elapsedSinceStop(INTERRUPT_AFTER)) {
      interrupted = true;
      run.interrupt();
    }
  }

  private boolean isSuperseded(JobView job) {
    return job.attempts().size() != run.attempt() || job.state() == JobState.QUEUED;
  }

  private void stop(StopReason reason) {
    run.stop(reason);
    if (stoppedAt == 0) {
      stoppedAt = System.nanoTime();
    }
  }

  /** Tells the listener how much there is beyond what it was told; a new stage begins at 0. */
  private void tell(Progress now) {
    boolean sameStage = told.stage().equals(now.stage());
    long items = now.itemsDone() - (sameStage ? told.itemsDone() : 0);
    long bytes = now.bytesDone() - (sameStage ? told.bytesDone() : 0);
    told = now;
    listener.progressMade(settings.kind(), now.stage(), Math.max(0, items), Math.max(0, bytes));
  }

  private boolean isAbandoned() {
    return stoppedAt != 0 && elapsedSinceStop(ABANDON_AFTER);
  }

  private boolean elapsedSinceStop(Duration limit) {
    return System.nanoTime() - stoppedAt >= limit.toNanos();
  }

  private void renewWhenDue() {
    if (System.nanoTime() - renewAt >= 0) {
      queue.renew();
      renewAt = System.nanoTime() + renewNanos;
    }
  }

  private void reportProgress() {
    Optional<Progress> news = run.takeProgress();
    if (news.isEmpty()) {
      return;
    }
    long now = System.nanoTime();
    reportAt = now + settings.progressInterval().toNanos();
    tell(news.get());
    writer
        .appendLater(
            new JobEvent.ProgressMade(
                new Header(run.jobId(), Header.PROGRESS_ID, clock.instant()),
                run.attempt(),
                meter.measure(news.get(), now)))
        .exceptionally(
            failure -> {
              LOG.debug("Progress was lost", failure);
              return null;
            });
  }
}
