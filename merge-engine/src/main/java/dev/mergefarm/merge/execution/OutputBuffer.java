package dev.mergefarm.merge.execution;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Memory for the output of one task, kept for the next one. Used by one thread at a time, not
 * always the same, so the arena is shared.
 */
final class OutputBuffer implements AutoCloseable {

  private static final long ALIGNMENT = 64;

  private Arena arena = Arena.ofShared();
  private MemorySegment memory = MemorySegment.NULL;

  /** So many bytes with arbitrary content. */
  MemorySegment reserve(long bytes) {
    if (memory.byteSize() < bytes) {
      arena.close();
      arena = Arena.ofShared();
      memory = arena.allocate(bytes, ALIGNMENT);
    }
    return memory.asSlice(0, bytes);
  }

  @Override
  public void close() {
    arena.close();
  }
}
