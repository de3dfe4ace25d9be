package dev.mergefarm.merge.cuda.driver;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Memory of one kind within a budget. Freed stretches are kept for the next request of about their
 * size, because the driver stops the whole device to take memory back. Safe for many threads.
 */
final class MemoryPool implements AutoCloseable {

  /** The driver's part. */
  interface Source {

    /**
     * @throws MergefarmException {@code DEVICE_MEMORY} where there is not enough
     */
    long allocate(long bytes);

    void free(long address);
  }

  /** A stretch of memory as the driver gave it; {@code bytes} may be more than was asked for. */
  record Stretch(long address, long bytes) {}

  private final Source source;
  private final long budget;
  private final long mostKept;
  private final List<Stretch> idle = new ArrayList<>();
  private long used;
  private long kept;

  /**
   * @param budget most bytes in use and kept
   * @param mostKept most bytes that are kept
   */
  MemoryPool(Source source, long budget, long mostKept) {
    if (budget < 1) {
      throw new IllegalArgumentException("a pool needs a budget, found " + budget);
    }
    this.source = source;
    this.budget = budget;
    this.mostKept = mostKept;
  }

  long budget() {
    return budget;
  }

  synchronized Stretch allocate(long bytes) {
    if (bytes < 1) {
      throw new IllegalArgumentException("bytes must be 1 or more, found " + bytes);
    }
    Stretch stretch = reuse(bytes).orElseGet(() -> fresh(bytes));
    used += stretch.bytes();
    return stretch;
  }

  private Optional<Stretch> reuse(long bytes) {
    Optional<Stretch> fitting =
        idle.stream()
            .filter(stretch -> stretch.bytes() >= bytes && stretch.bytes() - bytes <= bytes / 8)
            .min(Comparator.comparingLong(Stretch::bytes));
    fitting.ifPresent(
        stretch -> {
          idle.remove(stretch);
          kept -= stretch.bytes();
        });
    return fitting;
  }

  private Stretch fresh(long bytes) {
    if (used + bytes > budget) {
      throw new MergefarmException(
          ErrorCode.DEVICE_MEMORY,
          bytes + " bytes do not fit: " + used + " of " + budget + " are in use.");
    }
    while (used + kept + bytes > budget && !idle.isEmpty()) {
      giveBackOldest();
    }
    while (true) {
      try {
        return new Stretch(source.allocate(bytes), bytes);
      } catch (MergefarmException failure) {
        if (failure.code() != ErrorCode.DEVICE_MEMORY || idle.isEmpty()) {
          throw failure;
        }
        giveBackOldest();
      }
    }
  }

  private void giveBackOldest() {
    Stretch oldest = idle.removeFirst();
    kept -= oldest.bytes();
    source.free(oldest.address());
  }

  synchronized void release(Stretch stretch) {
    used -= stretch.bytes();
    kept += stretch.bytes();
    idle.addLast(stretch);
    while (kept > mostKept) {
      giveBackOldest();
    }
  }

  /** Gives back what is kept. */
  @Override
  public synchronized void close() {
    while (!idle.isEmpty()) {
      giveBackOldest();
    }
  }
}
