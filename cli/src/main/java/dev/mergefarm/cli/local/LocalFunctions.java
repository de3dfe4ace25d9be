package dev.mergefarm.cli.local;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.eval.task.FunctionReference;
import dev.mergefarm.eval.task.TaskFunction;
import dev.mergefarm.eval.task.TaskFunctions;
import dev.mergefarm.eval.task.TaskLibrary;

/** Where the helpers of task files run. */
final class LocalFunctions {

  private LocalFunctions() {}

  static TaskFunctions of(TaskLibrary library) {
    return new TaskFunctions() {
      @Override
      public TaskFunction find(FunctionReference reference) {
        throw new MergefarmException(
            ErrorCode.INVALID_VALUE, "helpers cannot be run here: " + reference);
      }

      @Override
      public void close() {}
    };
  }
}
