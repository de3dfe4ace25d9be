package dev.mergefarm.merge.method;

/**
 * An element that a selection looks for.
 *
 * @param row its ranking
 * @param index which of that ranking's cuts it makes
 * @param high the upper bits of its key
 * @param rank its rank, from 1, among the elements with these upper bits
 */
record MagnitudeTarget(int row, int index, int high, long rank) {

  /** The whole key, given its lower bits. */
  int key(int low) {
    return high << KeyRows.LOW_BITS | low;
  }

  /**
   * Adds itself to a kernel's parameter.
   *
   * @param bits of the key to look for
   * @param wanted the rank among the elements found; 0 to find none
   */
  void write(KernelCall call, int bits, long wanted) {
    call.int32(row).int32(bits).int64(wanted);
  }
}
