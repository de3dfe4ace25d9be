package dev.mergefarm.jobs.worker;

import dev.mergefarm.jobs.JobRequest;
import dev.mergefarm.jobs.JobResult;

/**
 * Does the work of one kind of job. Called from many slots at once, each on a thread of its own.
 *
 * <p>An attempt may be the second at its job, and the first may even be running still on a worker
 * that froze: what a handler writes must be the same whoever writes it, or name the attempt.
 */
@FunctionalInterface
public interface JobHandler {

  /**
   * Runs an attempt to its end.
   *
   * @throws dev.mergefarm.common.MergefarmException when the work failed; its code says whether
   *     another attempt may succeed. {@code CANCELLED} once the context's cancellation has asked
   * @throws InterruptedException when it was interrupted, which happens some seconds after a
   *     cancellation that it did not heed
   */
  JobResult handle(JobRequest request, JobContext context) throws InterruptedException;
}
