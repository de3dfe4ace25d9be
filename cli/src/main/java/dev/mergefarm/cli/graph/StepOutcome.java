package dev.mergefarm.cli.graph;

import dev.mergefarm.proto.v1.Job;

/** What became of a step. */
public sealed interface StepOutcome {

  /** Whether its result is there. */
  default boolean succeeded() {
    return false;
  }

  /**
   * Its job ended.
   *
   * @param job in a final state, whatever that is
   */
  record Ended(Job job) implements StepOutcome {
    @Override
    public boolean succeeded() {
      return switch (job.getState()) {
        case JOB_STATE_SUCCEEDED -> true;
        case JOB_STATE_FAILED,
            JOB_STATE_CANCELLED,
            JOB_STATE_QUEUED,
            JOB_STATE_RUNNING,
            JOB_STATE_CANCELLING,
            JOB_STATE_UNSPECIFIED,
            UNRECOGNIZED ->
            false;
      };
    }
  }

  /** The farm did not take it, or was lost while it ran. */
  record Refused(RuntimeException failure) implements StepOutcome {}

  /**
   * It was not submitted.
   *
   * @param needed name of the step that it waited for, which has no result
   */
  record Skipped(String needed) implements StepOutcome {}
}
