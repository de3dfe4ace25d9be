package dev.mergefarm.evalworker;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.eval.task.FunctionReference;
import dev.mergefarm.eval.task.TaskFunction;
import dev.mergefarm.eval.task.TaskFunctions;

/** Runs no helper. */
final class HelpersRefused implements TaskFunctions {

  @Override
  public TaskFunction find(FunctionReference reference) {
    throw new MergefarmException(
        ErrorCode.UNSUPPORTED_TASK,
        "This worker runs no Python helpers, such as " + reference + ".");
  }

  @Override
  public void close() {
    // Nothing runs.
  }
}
