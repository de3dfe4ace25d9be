package dev.mergefarm.merge.method;

import java.util.List;

/** Ranks elements by the magnitude of their change times the divergence of their row. */
record Importance(Grouping rows, int base, int other, RowDivergence.Divergences divergence)
    implements KeyRows {

  @Override
  public int count() {
    return 1;
  }

  @Override
  public float[][] of(Block block) {
    float[] importance = block.scratch(0);
    block.taskVector(other, base, importance);
    for (int i = 0; i < block.length(); i++) {
      float shift = divergence.of(rows.group(block.first() + i));
      importance[i] = Math.abs(importance[i]) * shift;
    }
    return new float[][] {importance};
  }

  @Override
  public void write(KernelSlice slice, KernelCall call) {
    long divergences = slice.table(divergence.values());
    Kind.IMPORTANCE.write(call, base, List.of(other), divergences, rows.period());
  }
}
