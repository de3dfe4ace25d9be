package dev.mergefarm.merge.method;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Counts the lower 15 bits of the keys that share their upper bits with a target. */
record LowBitCounts(KeyRows rows, List<MagnitudeTarget> targets) implements Reduction<Histogram[]> {

  @Override
  public Histogram[] empty() {
    Histogram[] counts = new Histogram[targets.size()];
    Arrays.setAll(counts, target -> new Histogram(1 << KeyRows.LOW_BITS));
    return counts;
  }

  @Override
  public void accumulate(Histogram[] partial, Block block) {
    float[][] values = rows.of(block);
    for (int i = 0; i < partial.length; i++) {
      MagnitudeTarget target = targets.get(i);
      partial[i].addLow(values[target.row()], block.length(), target.high());
    }
  }

  @Override
  public void combine(Histogram[] whole, Histogram[] partial) {
    for (int i = 0; i < whole.length; i++) {
      whole[i].add(partial[i]);
    }
  }

  @Override
  public boolean orderFree() {
    return true;
  }

  @Override
  public Optional<KernelReduction<Histogram[]>> kernels() {
    int bins = 1 << KeyRows.LOW_BITS;
    return Optional.of(
        new KernelCounts<>(
            (long) targets.size() * bins, this::launch, counts -> Histogram.of(counts, bins)));
  }

  private void launch(KernelSlice slice) {
    KernelCall call = slice.kernel(rows.kernel("low_counts")).address(slice.result());
    rows.write(slice, call);
    call.int32(targets.size()).int32(0);
    targets.forEach(target -> target.write(call, target.high(), target.rank()));
    call.overElements();
  }
}
