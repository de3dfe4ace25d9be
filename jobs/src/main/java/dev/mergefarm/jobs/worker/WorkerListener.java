package dev.mergefarm.jobs.worker;

import dev.mergefarm.common.Progress;
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
        public void progressMade(JobKind kind, Progress progress) {}
      };

  void attemptStarted(JobKind kind);

  void attemptEnded(JobKind kind, AttemptView.Outcome outcome);

  /** How far an attempt has come; about once a second and at its end. */
  void progressMade(JobKind kind, Progress progress);
}
