package dev.mergefarm.merge.method;

import java.util.Arrays;

/**
 * Finds, for each row of two tensors, what its softmax divides by: the sum of exponentials relative
 * to the row's largest value, in float64. Keeps 32 bytes for each row.
 */
record SoftmaxSums(Grouping rows, int base, int other) implements Reduction<SoftmaxSums.Sums> {

  /** Largest values and sums of a range of rows, for both tensors. */
  static final class Sums {

    private final int firstRow;
    private final double[][] largest;
    private final double[][] sums;

    Sums(int firstRow, int rows) {
      this.firstRow = firstRow;
      largest = new double[2][rows];
      sums = new double[2][rows];
      Arrays.fill(largest[0], Double.NEGATIVE_INFINITY);
      Arrays.fill(largest[1], Double.NEGATIVE_INFINITY);
    }

    private void add(int tensor, int row, double value) {
      add(tensor, row, value, 1);
    }

    private void add(int tensor, int row, double top, double sum) {
      double before = largest[tensor][row];
      double now = Math.max(before, top);
      double kept = before == now ? sums[tensor][row] : sums[tensor][row] * Math.exp(before - now);
      largest[tensor][row] = now;
      sums[tensor][row] = kept + (top == now ? sum : sum * Math.exp(top - now));
    }

    /** The softmax of a value in its row; tensor 0 is the base. */
    double probability(int tensor, int row, double value) {
      return Math.exp(value - largest[tensor][row]) / sums[tensor][row];
    }
  }

  @Override
  public Sums empty() {
    return new Sums(0, Math.toIntExact(rows.groups()));
  }

  @Override
  public Sums partial(long firstElement, int length) {
    int first = rows.group(firstElement);
    return new Sums(first, rows.group(firstElement + length - 1) - first + 1);
  }

  @Override
  public void accumulate(Sums partial, Block block) {
    float[] origin = block.input(base);
    float[] changed = block.input(other);
    for (int i = 0; i < block.length(); i++) {
      int row = rows.group(block.first() + i) - partial.firstRow;
      partial.add(0, row, origin[i]);
      partial.add(1, row, changed[i]);
    }
  }

  @Override
  public void combine(Sums whole, Sums partial) {
    for (int tensor = 0; tensor < 2; tensor++) {
      for (int row = 0; row < partial.sums[tensor].length; row++) {
        whole.add(
            tensor,
            partial.firstRow + row,
            partial.largest[tensor][row],
            partial.sums[tensor][row]);
      }
    }
  }
}
