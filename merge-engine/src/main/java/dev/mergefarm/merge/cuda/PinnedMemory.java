package dev.mergefarm.merge.cuda;

import java.lang.foreign.MemorySegment;

/**
 * Page-locked memory of this machine. The owner closes it once no stream has work left that uses
 * it.
 */
public interface PinnedMemory extends AutoCloseable {

  /** Native memory of the length asked for, with arbitrary content, aligned to 64 bytes or more. */
  MemorySegment segment();

  @Override
  void close();
}
