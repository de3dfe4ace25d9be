package dev.mergefarm.merge.method;

import java.util.Arrays;
import java.util.Optional;

/** Counts the keys of all rows by their upper 16 bits. */
record HighBitCounts(KeyRows rows) implements Reduction<Histogram[]> {

  /** Bits of a magnitude that are counted by. */
  private static final int BITS = 31 - KeyRows.LOW_BITS;

  /** Rows that one launch counts. */
  private static final int MOST_ROWS = 3;

  /** Shared memory for one row's counts: 32 octaves. */
  private static final int WINDOW_BYTES = 1 << 15;

  private static final int THREADS = 512;

  @Override
  public Histogram[] empty() {
    Histogram[] counts = new Histogram[rows.count()];
    Arrays.setAll(counts, row -> new Histogram(1 << 31 - KeyRows.LOW_BITS));
    return counts;
  }

  @Override
  public void accumulate(Histogram[] partial, Block block) {
    float[][] values = rows.of(block);
    for (int row = 0; row < values.length; row++) {
      partial[row].addHigh(values[row], block.length());
    }
  }

  @Override
  public void combine(Histogram[] whole, Histogram[] partial) {
    for (int row = 0; row < whole.length; row++) {
      whole[row].add(partial[row]);
    }
  }

  @Override
  public boolean orderFree() {
    return true;
  }

  @Override
  public Optional<KernelReduction<Histogram[]>> kernels() {
    long bins = (long) rows.count() << BITS;
    return Optional.of(
        new KernelCounts<>(bins, this::launch, counts -> Histogram.of(counts, 1 << BITS)));
  }

  /** As many rows at a time as a block's shared memory has windows for. */
  private void launch(KernelSlice slice) {
    int most =
        Math.min(MOST_ROWS, (slice.sharedMemory() - MOST_ROWS * Integer.BYTES) / WINDOW_BYTES);
    for (int first = 0; first < rows.count(); first += most) {
      int last = Math.min(rows.count(), first + most);
      KernelCall call = slice.kernel(rows.kernel("high_counts")).address(slice.result());
      call.int32(first).int32(last);
      rows.write(slice, call);
      long vectors = (slice.count() + 7) / 8;
      int sharedBytes = (last - first) * WINDOW_BYTES + MOST_ROWS * Integer.BYTES;
      call.overItems((vectors + THREADS - 1) / THREADS, THREADS, sharedBytes);
    }
  }
}
