package dev.mergefarm.merge.method;

import dev.mergefarm.common.Cancellation;
import java.util.Iterator;

/**
 * An engine that computes output tensors. Safe for many threads; runs share the engine's threads
 * and memory.
 */
public interface TensorMerger extends AutoCloseable {

  /**
   * Computes tensors one after the other as far as the sink can tell, although several are worked
   * on at once. Returns when the last is written.
   *
   * @param merges asked for the next one as late as possible, by one thread at a time
   * @throws dev.mergefarm.common.MergefarmException {@code CANCELLED} within a second of
   *     cancellation, or whatever reading, computing or the sink failed with first; nothing is
   *     written after it is thrown
   */
  void merge(Iterator<TensorMerge> merges, TensorSink sink, Cancellation cancellation);

  /**
   * Most memory that the engine's buffers take for any sequence of tensors, in bytes, whatever
   * their size.
   */
  long memoryBound();

  /** Which device and which code does the arithmetic, and why, in one line. */
  String description();

  @Override
  void close();
}
