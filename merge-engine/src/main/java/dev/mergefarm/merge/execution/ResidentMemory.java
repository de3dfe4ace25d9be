package dev.mergefarm.merge.execution;

import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Native memory for inputs that are kept between stages, up to a limit. It is taken from the system
 * at once but touched only as far as it is used, and used from the start again, because touching
 * fresh memory costs more than reading a file that the system has cached. Safe for many threads.
 */
final class ResidentMemory implements AutoCloseable {

  private static final long ALIGNMENT = 64;

  private final long limit;
  private final TreeMap<Long, Long> free = new TreeMap<>();
  private UntouchedMemory whole;
  private long allocated;
  private boolean closed;

  ResidentMemory(long limit) {
    this.limit = limit;
    free.put(0L, limit);
  }

  /** A piece of memory; give it back with {@link #release}. */
  record Lease(long offset, MemorySegment memory) {}

  /** Memory of this size, with arbitrary content, or empty when no room is left for it. */
  synchronized Optional<Lease> acquire(long bytes) {
    long taken = taken(bytes);
    if (closed || taken > limit) {
      return Optional.empty();
    }
    Optional<Hole> found =
        free.entrySet().stream()
            .filter(hole -> hole.getValue() >= taken)
            .map(hole -> new Hole(hole.getKey(), hole.getValue()))
            .findFirst();
    found.ifPresent(hole -> take(hole, taken));
    return found.map(hole -> new Lease(hole.offset(), whole().asSlice(hole.offset(), bytes)));
  }

  private record Hole(long offset, long bytes) {}

  private void take(Hole hole, long taken) {
    free.remove(hole.offset());
    if (hole.bytes() > taken) {
      free.put(hole.offset() + taken, hole.bytes() - taken);
    }
    allocated += taken;
  }

  private MemorySegment whole() {
    if (whole == null) {
      whole = UntouchedMemory.allocate(limit);
    }
    return whole.memory();
  }

  private static long taken(long bytes) {
    return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  synchronized void release(Lease lease) {
    long offset = lease.offset();
    long bytes = taken(lease.memory().byteSize());
    allocated -= bytes;
    Map.Entry<Long, Long> before = free.lowerEntry(offset);
    if (before != null && before.getKey() + before.getValue() == offset) {
      offset = before.getKey();
      bytes += before.getValue();
    }
    Long after = free.remove(offset + bytes);
    free.put(offset, after == null ? bytes : bytes + after);
    freeWhenUnused();
  }

  /** Bytes that are in use now. */
  synchronized long allocated() {
    return allocated;
  }

  private void freeWhenUnused() {
    if (closed && allocated == 0 && whole != null) {
      whole.close();
      whole = null;
    }
  }

  /** Frees the memory, or has the last piece that is given back free it. */
  @Override
  public synchronized void close() {
    closed = true;
    freeWhenUnused();
  }
}
