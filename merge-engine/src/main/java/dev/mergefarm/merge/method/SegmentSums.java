package dev.mergefarm.merge.method;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.Consumer;

/**
 * Float64 sums that kernels form segment by segment, in the order of the CPU's: within a segment by
 * the kernels' {@code sumSegments}, and the segments here.
 *
 * @param kind what is summed
 * @param rows values of each element
 * @param segment elements whose sums are formed together
 */
record SegmentSums(Kind kind, int rows, long segment) {

  /** In the kernels' order. */
  enum Kind {
    /** Products of each row with itself and those before it. */
    PRODUCTS,
    SQUARES,
    MAGNITUDES
  }

  private static final int THREADS = 128;

  /** Terms that a block of threads sums at the same time. */
  private static final int TERMS_OF_A_LAUNCH = 32;

  private static final int LARGEST_TILE = 1024;
  private static final int SHARED_BYTES = 36 << 10;

  /** Floats between the rows of a tile, so that rows lie in different banks of shared memory. */
  private static final int PADDING = 16;

  /** Sums of a stage without slabs. */
  static SegmentSums of(Kind kind, int rows) {
    return new SegmentSums(kind, rows, Reduction.SEGMENT);
  }

  int terms() {
    return kind == Kind.PRODUCTS ? rows * (rows + 1) / 2 : rows;
  }

  private long segments(long elements) {
    return (elements + segment - 1) / segment;
  }

  long resultBytes(long elements) {
    return segments(elements) * terms() * Double.BYTES;
  }

  /**
   * Launches a kernel for all terms.
   *
   * @param rest writes what follows the sums in the kernel's parameter
   */
  void launch(KernelSlice slice, String kernel, Consumer<KernelCall> rest) {
    int tile = LARGEST_TILE;
    while (rows * (tile + PADDING) * Float.BYTES > SHARED_BYTES) {
      tile /= 2;
    }
    for (int first = 0; first < terms(); first += TERMS_OF_A_LAUNCH) {
      KernelCall call = slice.kernel(kernel).address(slice.result()).int64(segment);
      call.int32(kind.ordinal()).int32(rows).int32(terms());
      call.int32(first).int32(Math.min(terms(), first + TERMS_OF_A_LAUNCH)).int32(tile);
      rest.accept(call);
      int sharedBytes = rows * (tile + PADDING) * Float.BYTES;
      call.overItems(segments(slice.count()), THREADS, sharedBytes);
    }
  }

  /** The sum of each term over all segments, in order. */
  double[] totals(MemorySegment found, long elements) {
    double[] totals = new double[terms()];
    long index = 0;
    for (long i = 0; i < segments(elements); i++) {
      for (int term = 0; term < totals.length; term++) {
        totals[term] += found.getAtIndex(ValueLayout.JAVA_DOUBLE, index++);
      }
    }
    return totals;
  }
}
