package dev.mergefarm.merge.method;

import java.util.Arrays;

/**
 * Counts of keys. Blocks add to int counters, which are emptied into long ones before they can
 * overflow. Mutable; used by one thread at a time.
 */
final class Histogram {

  private static final int FLUSH = 1 << 30;

  private final int[] recent;
  private final long[] totals;
  private int added;

  Histogram(int bins) {
    recent = new int[bins];
    totals = new long[bins];
  }

  private Histogram(long[] totals) {
    this.totals = totals;
    recent = new int[totals.length];
  }

  /** Histograms of counts that are known, one after the other. */
  static Histogram[] of(long[] counts, int bins) {
    Histogram[] histograms = new Histogram[counts.length / bins];
    for (int i = 0; i < histograms.length; i++) {
      histograms[i] = new Histogram(Arrays.copyOfRange(counts, i * bins, (i + 1) * bins));
    }
    return histograms;
  }

  /** Counts the upper bits of every key. */
  void addHigh(float[] values, int count) {
    reserve(count);
    for (int i = 0; i < count; i++) {
      recent[KeyRows.key(values[i]) >>> KeyRows.LOW_BITS]++;
    }
  }

  /** Counts the lower bits of the keys whose upper bits are these. */
  void addLow(float[] values, int count, int high) {
    reserve(count);
    for (int i = 0; i < count; i++) {
      int key = KeyRows.key(values[i]);
      if (key >>> KeyRows.LOW_BITS == high) {
        recent[key & (1 << KeyRows.LOW_BITS) - 1]++;
      }
    }
  }

  void addLowBits(int low) {
    reserve(1);
    recent[low]++;
  }

  private void reserve(int count) {
    if (added > FLUSH - count) {
      flush();
    }
    added += count;
  }

  private void flush() {
    for (int bin = 0; bin < recent.length; bin++) {
      totals[bin] += recent[bin];
      recent[bin] = 0;
    }
    added = 0;
  }

  void add(Histogram other) {
    other.flush();
    for (int bin = 0; bin < totals.length; bin++) {
      totals[bin] += other.totals[bin];
    }
  }

  /**
   * Where in the order a rank falls.
   *
   * @param bin the bin of the element of that rank
   * @param rank the element's rank within the bin, from 1
   * @param count elements in the bin
   */
  record Place(int bin, long rank, long count) {}

  /** The bin of the element that comes in a place from the largest, the largest's being 1. */
  Place find(long rank) {
    flush();
    long left = rank;
    for (int bin = totals.length - 1; bin >= 0; bin--) {
      if (left <= totals[bin]) {
        return new Place(bin, left, totals[bin]);
      }
      left -= totals[bin];
    }
    throw new IllegalArgumentException("fewer than " + rank + " elements were counted");
  }
}
