package dev.mergefarm.common;

/**
 * Asked between blocks of work whether to go on. Engines ask at least every 100 ms; callers cancel
 * from any thread.
 */
@FunctionalInterface
public interface Cancellation {

  /** Work that nobody can cancel. */
  Cancellation NEVER = () -> false;

  boolean isCancelled();

  /**
   * @throws MergefarmException with {@link ErrorCode#CANCELLED} once the work has been cancelled
   */
  default void throwIfCancelled() {
    if (isCancelled()) {
      throw new MergefarmException(ErrorCode.CANCELLED, "The work was cancelled.");
    }
  }
}
