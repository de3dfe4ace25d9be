package dev.mergefarm.jobs;

import dev.mergefarm.proto.v1.EvaluationRequest;
import dev.mergefarm.proto.v1.MergeRequest;

/** What a job was asked to do, as accepted. */
public sealed interface JobRequest {

  /** A recipe becomes a model in the store. */
  record Merge(MergeRequest message) implements JobRequest {}

  /** A model is scored on tasks. */
  record Evaluation(EvaluationRequest message) implements JobRequest {}

  default JobKind kind() {
    return switch (this) {
      case Merge _ -> JobKind.MERGE;
      case Evaluation _ -> JobKind.EVALUATION;
    };
  }
}
