package dev.mergefarm.merge.method;

import java.util.Arrays;

/** Counts the keys of all rows by their upper 16 bits. */
record HighBitCounts(KeyRows rows) implements Reduction<Histogram[]> {

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
}
