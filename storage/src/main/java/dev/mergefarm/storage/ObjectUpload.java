package dev.mergefarm.storage;

import java.lang.foreign.MemorySegment;

/**
 * One object being written as a stream. Nothing is visible under its key before {@link #publish};
 * closing an upload that was not published removes what was written. Not thread safe.
 */
public interface ObjectUpload extends AutoCloseable {

  /** Appends a block; it may be reused as soon as the call returns. */
  void write(MemorySegment block);

  /**
   * Makes the object visible, whole, replacing an older one.
   *
   * @throws dev.mergefarm.common.MergefarmException if fewer or more bytes were written than
   *     announced
   */
  ObjectInfo publish();

  @Override
  void close();
}
