package dev.mergefarm.merge.execution;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Native memory for inputs that are kept between stages, up to a limit. Layers repeat the same
 * shapes, so freed pieces are kept for the next request of about the same size. Safe for many
 * threads.
 */
final class ResidentMemory implements AutoCloseable {

  private static final long ALIGNMENT = 64;

  private final long limit;
  private final List<Lease> free = new ArrayList<>();
  private long allocated;
  private boolean closed;

  ResidentMemory(long limit) {
    this.limit = limit;
  }

  /** A piece of memory; give it back with {@link #release}. */
  record Lease(Arena arena, MemorySegment memory) {}

  /** Memory of at least this size, with arbitrary content, or empty when the limit forbids it. */
  synchronized Optional<Lease> acquire(long bytes) {
    if (bytes > limit || closed) {
      return Optional.empty();
    }
    Optional<Lease> fitting =
        free.stream()
            .filter(lease -> fits(lease, bytes))
            .min(Comparator.comparingLong(lease -> lease.memory().byteSize()));
    if (fitting.isPresent()) {
      free.remove(fitting.get());
      return fitting;
    }
    while (allocated + bytes > limit && !free.isEmpty()) {
      discard(free.removeFirst());
    }
    if (allocated + bytes > limit) {
      return Optional.empty();
    }
    allocated += bytes;
    Arena arena = Arena.ofShared();
    return Optional.of(new Lease(arena, arena.allocate(bytes, ALIGNMENT)));
  }

  private static boolean fits(Lease lease, long bytes) {
    long size = lease.memory().byteSize();
    return size >= bytes && size - bytes <= bytes / 4;
  }

  synchronized void release(Lease lease) {
    if (closed) {
      discard(lease);
    } else {
      free.add(lease);
    }
  }

  private void discard(Lease lease) {
    allocated -= lease.memory().byteSize();
    lease.arena().close();
  }

  /** Bytes that are allocated now, in use or kept. */
  synchronized long allocated() {
    return allocated;
  }

  @Override
  public synchronized void close() {
    closed = true;
    free.forEach(this::discard);
    free.clear();
  }
}
