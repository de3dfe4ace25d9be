package dev.mergefarm.merge.method;

import dev.mergefarm.merge.kernel.BlockMath;

/** Which elements of a stretch of a tensor are kept, one bit for each. Not changed once shared. */
final class KeptElements {

  private final long first;
  private final int length;
  private final long[] bits;

  /**
   * Nothing of a stretch.
   *
   * @param first flat index of its first element
   */
  KeptElements(long first, int length) {
    this.first = first;
    this.length = length;
    bits = new long[(length + 63) / 64];
  }

  /**
   * Keeps elements whose bits are set.
   *
   * @param place of the first of them in the stretch
   * @param added no bit is set above the lowest {@code count}
   * @param count 1 to 64
   */
  void add(int place, long added, int count) {
    int shift = place & Long.SIZE - 1;
    bits[place >>> 6] |= added << shift;
    if (shift + count > Long.SIZE) {
      bits[(place >>> 6) + 1] |= added >>> Long.SIZE - shift;
    }
  }

  /**
   * Keeps the elements whose draw is below one probability.
   *
   * @param element flat index of the first of them; a multiple of 64 after the stretch's first
   */
  void addDrawn(BlockMath math, long element, float[] draws, float probability, int count) {
    int place = (int) (element - first);
    for (int i = 0; i < count; i += Long.SIZE) {
      bits[place + i >>> 6] = math.below(draws, i, probability, Math.min(Long.SIZE, count - i));
    }
  }

  long first() {
    return first;
  }

  /** Flat index after the last element. */
  long end() {
    return first + length;
  }

  /**
   * Sets elements that are not kept to 0.
   *
   * @param element flat index of the first of them
   * @param from where it is in the row
   */
  void apply(BlockMath math, long element, float[] row, int from, int count) {
    int place = (int) (element - first);
    for (int i = 0; i < count; ) {
      int at = place + i & Long.SIZE - 1;
      int length = Math.min(Long.SIZE - at, count - i);
      math.keepBits(row, from + i, bits[place + i >>> 6] >>> at, length);
      i += length;
    }
  }
}
