package dev.mergefarm.merge.method;

import java.util.Arrays;

/**
 * The order of a row's elements by magnitude: the larger later, and of equal ones the one of lower
 * index later. Elements are dealt to buckets that divide the octaves below the row's largest
 * magnitude evenly, which leaves a few in each and bounds an element's rank; a bucket is only
 * sorted when a rank within it is asked for. Used by one thread.
 */
final class RowRanking {

  /** Buckets cover this many bits of a key: the eight octaves below the largest. */
  private static final int COVERED_BITS = 26;

  private final int length;
  private final int bucketBits;
  private final int[] ends;
  private final boolean[] sorted;
  private final int[] keys;
  private final long[] order;
  private int largest;

  RowRanking(int length) {
    this.length = length;
    bucketBits = Math.clamp(32 - Integer.numberOfLeadingZeros(length), 4, 12);
    ends = new int[1 << bucketBits];
    sorted = new boolean[ends.length];
    keys = new int[length];
    order = new long[length];
  }

  /**
   * Looks at a row.
   *
   * @param start of the row within the values
   * @param stride from one element of the row to the next
   */
  void read(float[] values, int start, int stride) {
    largest = 0;
    for (int i = 0; i < length; i++) {
      keys[i] = KeyRows.key(values[start + i * stride]);
      largest = Math.max(largest, keys[i]);
    }
    Arrays.fill(sorted, false);
    Arrays.fill(ends, 0);
    for (int i = 0; i < length; i++) {
      ends[bucket(keys[i])]++;
    }
    int sum = 0;
    for (int bucket = 0; bucket < ends.length; bucket++) {
      sum += ends[bucket];
      ends[bucket] = sum;
    }
  }

  private int bucket(int key) {
    int below = largest - key >>> COVERED_BITS - bucketBits;
    return Math.max(0, ends.length - 1 - below);
  }

  private int begin(int bucket) {
    return bucket == 0 ? 0 : ends[bucket - 1];
  }

  /** The smallest rank that an element can have; the row's smallest element has rank 0. */
  int leastRank(int element) {
    return begin(bucket(keys[element]));
  }

  /** The largest rank that an element can have. */
  int greatestRank(int element) {
    return ends[bucket(keys[element])] - 1;
  }

  /** The rank of an element. */
  int rank(int element) {
    int bucket = bucket(keys[element]);
    if (!sorted[bucket]) {
      sort(bucket);
    }
    return Arrays.binarySearch(order, begin(bucket), ends[bucket], place(element));
  }

  private void sort(int bucket) {
    int end = begin(bucket);
    for (int i = length - 1; end < ends[bucket]; i--) {
      if (bucket(keys[i]) == bucket) {
        order[end++] = place(i);
      }
    }
    Arrays.sort(order, begin(bucket), end);
    sorted[bucket] = true;
  }

  /** Comes later for larger keys, and for equal ones for lower indices. */
  private long place(int element) {
    return (long) keys[element] << 32 | length - 1 - element;
  }
}
