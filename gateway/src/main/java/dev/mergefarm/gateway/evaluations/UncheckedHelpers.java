package dev.mergefarm.gateway.evaluations;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.eval.task.FunctionReference;
import dev.mergefarm.eval.task.TaskFunction;
import dev.mergefarm.eval.task.TaskFunctions;

/** Runs no Python helper, and remembers whether one was asked for. A gateway runs nobody's code. */
final class UncheckedHelpers implements TaskFunctions {

  private boolean asked;

  /** Whether the tasks cannot be checked any further without running their helpers. */
  boolean asked() {
    return asked;
  }

  @Override
  public TaskFunction find(FunctionReference reference) {
    asked = true;
    throw new MergefarmException(
        ErrorCode.UNSUPPORTED_TASK, "The gateway does not run the helper " + reference + ".");
  }

  @Override
  public void check(FunctionReference reference) {
    // The worker looks, before it loads a model.
  }

  @Override
  public void close() {
    // Nothing runs.
  }
}
