package dev.mergefarm.jobs.worker;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problem;
import dev.mergefarm.common.Problems;
import dev.mergefarm.common.Progress;
import dev.mergefarm.jobs.JobResult;
import dev.mergefarm.jobs.JobView;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** A handler at work on a thread of its own, whose log lines name the job and the attempt. */
final class AttemptRun implements JobContext {

  private static final Logger LOG = LoggerFactory.getLogger(AttemptRun.class);

  /** Why a handler is asked to stop. */
  enum StopReason {
    CANCELLED,
    SUPERSEDED,
    SHUTDOWN
  }

  /** How a handler ended. */
  sealed interface Ending {}

  record Finished(JobResult result) implements Ending {}

  record Failed(MergefarmException failure) implements Ending {}

  private final JobView job;
  private final int attempt;
  private final AtomicReference<StopReason> stop = new AtomicReference<>();
  private final AtomicReference<Progress> progress = new AtomicReference<>();
  private final List<Problem> warnings = new ArrayList<>();
  private final CountDownLatch done = new CountDownLatch(1);
  private final Thread thread;
  private volatile Ending ending;

  private AttemptRun(JobView job, int attempt, JobHandler handler) {
    this.job = job;
    this.attempt = attempt;
    this.thread =
        Thread.ofPlatform()
            .name(job.kind().label() + "-" + job.id() + "-" + attempt)
            .daemon()
            .unstarted(() -> run(handler));
  }

  static AttemptRun start(JobView job, int attempt, JobHandler handler) {
    AttemptRun run = new AttemptRun(job, attempt, handler);
    run.thread.start();
    return run;
  }

  @Override
  public String jobId() {
    return job.id();
  }

  @Override
  public int attempt() {
    return attempt;
  }

  @Override
  public Progress.Listener progress() {
    return progress::set;
  }

  @Override
  public Cancellation cancellation() {
    return () -> stop.get() != null;
  }

  @Override
  public boolean isJobCancelled() {
    return stop.get() == StopReason.CANCELLED;
  }

  @Override
  public void warn(Problem problem) {
    synchronized (warnings) {
      if (warnings.size() < Problems.LIMIT) {
        warnings.add(problem);
      }
    }
  }

  List<Problem> warnings() {
    synchronized (warnings) {
      return List.copyOf(warnings);
    }
  }

  /** The newest progress reported since the last call, if any. */
  Optional<Progress> takeProgress() {
    return Optional.ofNullable(progress.getAndSet(null));
  }

  /** Asks the handler to stop; the first reason stays. */
  void stop(StopReason reason) {
    stop.compareAndSet(null, reason);
  }

  Optional<StopReason> stopReason() {
    return Optional.ofNullable(stop.get());
  }

  void interrupt() {
    thread.interrupt();
  }

  boolean isDone() {
    return done.getCount() == 0;
  }

  /** Waits a moment for the end; says whether it has come. */
  boolean awaitDone(long milliseconds) throws InterruptedException {
    return done.await(milliseconds, TimeUnit.MILLISECONDS);
  }

  /** Set once {@link #isDone}. */
  Ending ending() {
    return ending;
  }

  private void run(JobHandler handler) {
    MDC.put("job", job.id());
    MDC.put("attempt", Integer.toString(attempt));
    try {
      ending = new Finished(handler.handle(job.origin().request(), this));
    } catch (MergefarmException e) {
      ending = new Failed(e);
    } catch (InterruptedException e) {
      ending = new Failed(new MergefarmException(ErrorCode.CANCELLED, "Interrupted.", e));
    } catch (Throwable e) {
      LOG.error("The attempt failed in a way that nobody foresaw.", e);
      ending = new Failed(new MergefarmException(ErrorCode.INTERNAL, e.toString(), e));
    } finally {
      done.countDown();
      MDC.remove("job");
      MDC.remove("attempt");
    }
  }
}
