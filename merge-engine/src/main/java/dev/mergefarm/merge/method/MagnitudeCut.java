package dev.mergefarm.merge.method;

/**
 * Divides the elements of a tensor by magnitude. Elements are larger when their magnitude is, or,
 * for equal magnitudes, when their flat index is lower, so that a cut holds an exact number of
 * elements. NaN is larger than every number.
 *
 * @param bits the magnitude at the cut, as float32 bits without sign
 * @param end elements of exactly that magnitude are on the larger side before this flat index
 */
record MagnitudeCut(int bits, long end) {

  /** Everything is on the larger side. */
  static final MagnitudeCut BELOW_ALL = new MagnitudeCut(0, Long.MAX_VALUE);

  /** Nothing is on the larger side. */
  static final MagnitudeCut ABOVE_ALL = new MagnitudeCut(Integer.MAX_VALUE, 0);

  private static final int INFINITY = 0x7f800000;

  /** The magnitude at the cut. */
  float magnitude() {
    return Float.intBitsToFloat(bits);
  }

  /** Sets what is on the smaller side to 0. */
  void keepLarger(Block block, float[] delta) {
    if (simple(block)) {
      block.math().keepLarge(delta, delta, threshold(block), block.length());
    } else {
      keep(block, delta, true);
    }
  }

  /** Sets what is on the larger side to 0. */
  void keepSmaller(Block block, float[] delta) {
    if (simple(block)) {
      block.math().keepSmall(delta, delta, threshold(block), block.length());
    } else {
      keep(block, delta, false);
    }
  }

  /** Whether one number divides the whole block. */
  private boolean simple(Block block) {
    boolean before = block.first() + block.length() <= end;
    return bits < INFINITY && (before || block.first() >= end);
  }

  private float threshold(Block block) {
    return Float.intBitsToFloat(block.first() < end ? bits : bits + 1);
  }

  private void keep(Block block, float[] delta, boolean larger) {
    for (int i = 0; i < block.length(); i++) {
      int magnitude = Float.floatToRawIntBits(delta[i]) & 0x7fffffff;
      boolean isLarger = magnitude > bits || magnitude == bits && block.first() + i < end;
      if (isLarger != larger) {
        delta[i] = 0;
      }
    }
  }

  /** Adds itself to a kernel's parameter. */
  KernelCall write(KernelCall call) {
    return call.int32(bits).int32(0).int64(end);
  }
}
