package dev.mergefarm.jobs;

/** Where a job is in its life. {@link JobTransitions} says how it gets from one to another. */
public enum JobState {
  QUEUED("Accepted and waiting for a worker, for the first time or again.", false),
  RUNNING("A worker is at it.", false),
  CANCELLING("Cancellation was asked for and the worker has not stopped yet.", false),
  SUCCEEDED("Done; the result is there, whole.", true),
  FAILED("Given up, with the reason.", true),
  CANCELLED("Stopped because someone asked.", true);

  private final String meaning;
  private final boolean isFinal;

  JobState(String meaning, boolean isFinal) {
    this.meaning = meaning;
    this.isFinal = isFinal;
  }

  /** What the state means, in one sentence. */
  public String meaning() {
    return meaning;
  }

  /** Whether no event changes the job any more. */
  public boolean isFinal() {
    return isFinal;
  }
}
