package dev.mergefarm.jobs.worker;

import dev.mergefarm.jobs.AttemptView;
import dev.mergefarm.jobs.JobKind;

/** Hears what a worker does, for metrics. Called from many threads; must return quickly. */
public interface WorkerListener {

  /** Hears nothing. */
  WorkerListener NONE =
      new WorkerListener() {
        @Override
        public void attemptStarted(JobKind kind) {}

        @Override
        public void attemptEnded(JobKind kind, AttemptView.Outcome outcome) {}

        @Override
        public void progressMade(JobKind kind, String stage, long items, long bytes) {}
      };

  void attemptStarted(JobKind kind);

  void attemptEnded(JobKind kind, AttemptView.Outcome outcome);

  /**
   * What an attempt has done since it last said so; about once a second and at its end.
   *
   * @param items tensors of a merge, requests of an evaluation
   */
  void progressMade(JobKind kind, String stage, long items, long bytes);
}
