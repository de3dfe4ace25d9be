package dev.mergefarm.merge.method;

import java.lang.foreign.MemorySegment;

/**
 * Takes output tensors as they are computed. Calls come one at a time, from various threads, in the
 * order of the merges and, within one, of its bytes. What a call throws ends the whole run.
 */
public interface TensorSink {

  /**
   * Appends bytes of a tensor (little endian, row-major).
   *
   * @param block valid only during the call
   */
  void write(TensorMerge tensor, MemorySegment block);

  /** All bytes of a tensor have been written. */
  default void finished(TensorMerge tensor) {}

  /** Something about the whole run that its caller should know, as a sentence without its end. */
  default void remark(String text) {}
}
