package dev.mergefarm.jobs;

import dev.mergefarm.proto.v1.EvaluationResult;
import dev.mergefarm.proto.v1.MergeResult;

/** What came of a job that succeeded. */
public sealed interface JobResult {

  record Merge(MergeResult message) implements JobResult {}

  record Evaluation(EvaluationResult message) implements JobResult {}
}
