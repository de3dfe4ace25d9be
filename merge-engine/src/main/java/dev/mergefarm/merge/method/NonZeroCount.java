package dev.mergefarm.merge.method;

import java.util.Optional;

/** Counts, for each ranking, the values that are not zero. */
record NonZeroCount(KeyRows rows) implements Reduction<long[]> {

  @Override
  public long[] empty() {
    return new long[rows.count()];
  }

  @Override
  public void accumulate(long[] partial, Block block) {
    float[][] values = rows.of(block);
    for (int row = 0; row < values.length; row++) {
      int count = 0;
      for (int i = 0; i < block.length(); i++) {
        count += values[row][i] != 0 ? 1 : 0;
      }
      partial[row] += count;
    }
  }

  @Override
  public void combine(long[] whole, long[] partial) {
    for (int row = 0; row < whole.length; row++) {
      whole[row] += partial[row];
    }
  }

  @Override
  public boolean orderFree() {
    return true;
  }

  @Override
  public Optional<KernelReduction<long[]>> kernels() {
    return Optional.of(new KernelCounts<>(rows.count(), this::launch, counts -> counts));
  }

  private void launch(KernelSlice slice) {
    KernelCall call = slice.kernel(rows.kernel("non_zero_counts")).address(slice.result());
    rows.write(slice, call);
    call.overElements();
  }
}
