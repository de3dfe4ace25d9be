package dev.mergefarm.jobs;

/** The kinds of events in a job's life; {@link JobEvent} has one record for each. */
public enum EventType {
  CREATED,
  ATTEMPT_STARTED,
  PROGRESS_MADE,
  CANCEL_REQUESTED,
  SUCCEEDED,
  ATTEMPT_FAILED,
  HANDED_BACK,
  CANCELLED,
  FAILED
}
