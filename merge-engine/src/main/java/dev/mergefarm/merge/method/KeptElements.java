package dev.mergefarm.merge.method;

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

  void add(int place) {
    bits[place >>> 6] |= 1L << place;
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
  void apply(long element, float[] row, int from, int count) {
    int place = (int) (element - first);
    for (int i = 0; i < count; i++) {
      int at = place + i;
      row[from + i] = (bits[at >>> 6] >>> at & 1) == 0 ? 0 : row[from + i];
    }
  }
}
