package dev.mergefarm.merge.method;

import java.util.Arrays;

/**
 * Orders the elements of a row by magnitude: the larger later, and of equal ones the one of lower
 * index later. Elements are first dealt to buckets that divide the octaves below the row's largest
 * magnitude evenly, which leaves a few in each. Used by one thread.
 */
final class RowRanking {

  /** Buckets cover this many bits of a key: the eight octaves below the largest. */
  private static final int COVERED_BITS = 26;

  /** Above this many elements a bucket is sorted by the library. */
  private static final int SMALL_BUCKET = 48;

  private final int length;
  private final int bucketBits;
  private final int[] ends;
  private final int[] keys;
  private final long[] order;

  RowRanking(int length) {
    this.length = length;
    bucketBits = Math.clamp(32 - Integer.numberOfLeadingZeros(length), 4, 12);
    ends = new int[1 << bucketBits];
    keys = new int[length];
    order = new long[length];
  }

  /**
   * Orders a row.
   *
   * @param start of the row within the values
   * @param stride from one element of the row to the next
   */
  void rank(float[] values, int start, int stride) {
    int largest = 0;
    for (int i = 0; i < length; i++) {
      keys[i] = KeyRows.key(values[start + i * stride]);
      largest = Math.max(largest, keys[i]);
    }
    count(largest);
    for (int i = 0; i < length; i++) {
      order[--ends[bucket(keys[i], largest)]] = (long) keys[i] << 32 | length - 1 - i;
    }
    int begin = 0;
    for (int bucket = 1; bucket <= ends.length; bucket++) {
      int end = bucket < ends.length ? ends[bucket] : length;
      sort(begin, end);
      begin = end;
    }
  }

  private int bucket(int key, int largest) {
    int below = largest - key >>> COVERED_BITS - bucketBits;
    return Math.max(0, ends.length - 1 - below);
  }

  /** Leaves in each bucket's place where it ends. */
  private void count(int largest) {
    Arrays.fill(ends, 0);
    for (int i = 0; i < length; i++) {
      ends[bucket(keys[i], largest)]++;
    }
    int sum = 0;
    for (int bucket = 0; bucket < ends.length; bucket++) {
      sum += ends[bucket];
      ends[bucket] = sum;
    }
  }

  private void sort(int begin, int end) {
    if (end - begin > SMALL_BUCKET) {
      Arrays.sort(order, begin, end);
      return;
    }
    for (int i = begin + 1; i < end; i++) {
      long moved = order[i];
      int to = i;
      while (to > begin && order[to - 1] > moved) {
        order[to] = order[to - 1];
        to--;
      }
      order[to] = moved;
    }
  }

  /** Which element of the row has a rank, the smallest's being 0. */
  int element(int rank) {
    return length - 1 - (int) order[rank];
  }
}
