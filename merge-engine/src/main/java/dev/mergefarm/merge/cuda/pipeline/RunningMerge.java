package dev.mergefarm.merge.cuda.pipeline;

import dev.mergefarm.merge.method.TensorMerge;

/** A tensor in the order of the output, and where it is merged. */
sealed interface RunningMerge {

  /** On a device; its output comes through the work's queue. */
  record OnDevice(TensorWork work, LaneRun lane) implements RunningMerge {}

  /** On the CPU, when its turn comes. */
  record OnProcessor(TensorMerge tensor, String reason) implements RunningMerge {}

  /** There are no more. */
  record End() implements RunningMerge {}
}
