package dev.mergefarm.eval.task;

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

  @Override
  void close();
}
