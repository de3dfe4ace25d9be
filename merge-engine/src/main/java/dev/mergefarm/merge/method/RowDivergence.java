package dev.mergefarm.merge.method;

/**
 * Finds the Kullback-Leibler divergence of each row's softmax from the base's, in float64. Keeps
 * eight bytes for each row.
 */
record RowDivergence(Grouping rows, int base, int other, SoftmaxSums.Sums softmax)
    implements Reduction<RowDivergence.Divergence> {

  /** What is added to every probability. */
  private static final double SMALLEST = 1e-8;

  /** Sums of a range of rows. */
  static final class Divergence {

    private final int firstRow;
    private final double[] sums;

    Divergence(int firstRow, int rows) {
      this.firstRow = firstRow;
      sums = new double[rows];
    }

    /** The divergence of a row; rounding could make it negative, which it never is. */
    float of(int row) {
      return (float) Math.max(0, sums[row]);
    }
  }

  @Override
  public Divergence empty() {
    return new Divergence(0, Math.toIntExact(rows.groups()));
  }

  @Override
  public Divergence partial(long firstElement, int length) {
    int first = rows.group(firstElement);
    return new Divergence(first, rows.group(firstElement + length - 1) - first + 1);
  }

  @Override
  public void accumulate(Divergence partial, Block block) {
    float[] origin = block.input(base);
    float[] changed = block.input(other);
    for (int i = 0; i < block.length(); i++) {
      int row = rows.group(block.first() + i);
      double p = softmax.probability(1, row, changed[i]) + SMALLEST;
      double q = softmax.probability(0, row, origin[i]) + SMALLEST;
      partial.sums[row - partial.firstRow] += p * Math.log(p / q);
    }
  }

  @Override
  public void combine(Divergence whole, Divergence partial) {
    for (int row = 0; row < partial.sums.length; row++) {
      whole.sums[partial.firstRow + row] += partial.sums[row];
    }
  }
}
