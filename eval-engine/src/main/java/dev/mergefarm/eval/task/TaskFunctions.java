package dev.mergefarm.eval.task;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;

/**
 * Runs the Python helpers of task files. Helpers of one module share its state. Closing ends
 * whatever runs them.
 */
public interface TaskFunctions extends AutoCloseable {

  /**
   * @throws dev.mergefarm.common.MergefarmException if the module cannot be found or loaded, or has
   *     no such attribute
   */
  TaskFunction find(FunctionReference reference);

  /**
   * Looks whether a helper that is called later is there.
   *
   * @throws dev.mergefarm.common.MergefarmException as {@link #find}
   */
  default void check(FunctionReference reference) {
    find(reference);
  }

  /**
   * Runs the programs of tasks that score generated code.
   *
   * @throws dev.mergefarm.common.MergefarmException where no programs can be run
   */
  default ProgramRunner programs() {
    throw new MergefarmException(
        ErrorCode.FUNCTIONS_UNAVAILABLE, "Generated programs are not run here.");
  }

  @Override
  void close();
}
