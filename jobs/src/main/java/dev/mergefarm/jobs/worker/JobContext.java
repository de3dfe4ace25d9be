package dev.mergefarm.jobs.worker;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.Problem;
import dev.mergefarm.common.Progress;

/** What an attempt knows of itself and how it talks to its job. Safe for many threads. */
public interface JobContext {

  String jobId();

  /** Counts from 1. */
  int attempt();

  /** Takes progress at any rate; watchers see it about once a second. */
  Progress.Listener progress();

  /** Asks to stop when the job is cancelled, has a newer attempt, or the worker shuts down. */
  Cancellation cancellation();

  /**
   * Whether someone cancelled the job, so that nothing of it is needed any more. Otherwise a
   * stopped attempt may leave what it has for the next one.
   */
  boolean isJobCancelled();

  /** Adds a warning to the job; the first 200 are kept. They appear when the job succeeds. */
  void warn(Problem problem);
}
