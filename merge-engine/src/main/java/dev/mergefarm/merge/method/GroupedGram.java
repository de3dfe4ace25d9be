package dev.mergefarm.merge.method;

import java.util.List;
import java.util.OptionalInt;

/**
 * Finds the dot products of the inputs' rows or columns with each other, or of their differences
 * from a base. Keeps eight bytes for each pair and group: for two inputs 24 bytes for each row.
 *
 * @param base what to subtract from each input
 */
record GroupedGram(Grouping grouping, List<Integer> inputs, OptionalInt base)
    implements Reduction<GroupedGram.Products> {

  GroupedGram {
    inputs = List.copyOf(inputs);
  }

  /** Products of a range of groups. */
  static final class Products {

    private final int vectors;
    private final int firstGroup;
    private final double[][] sums;

    Products(int vectors, int firstGroup, int groups) {
      this.vectors = vectors;
      this.firstGroup = firstGroup;
      sums = new double[vectors * (vectors + 1) / 2][groups];
    }

    /** The product of two inputs' vectors in one group. */
    double product(int i, int j, int group) {
      int row = Math.max(i, j);
      return sums[row * (row + 1) / 2 + Math.min(i, j)][group];
    }

    double norm(int i, int group) {
      return Math.sqrt(product(i, i, group));
    }
  }

  @Override
  public Products empty() {
    return new Products(inputs.size(), 0, Math.toIntExact(grouping.groups()));
  }

  @Override
  public Products partial(long firstElement, int length) {
    if (!grouping.alongLast()) {
      return empty();
    }
    int first = grouping.group(firstElement);
    int last = grouping.group(firstElement + length - 1);
    return new Products(inputs.size(), first, last - first + 1);
  }

  @Override
  public void accumulate(Products partial, Block block) {
    float[][] rows = GramReduction.vectors(block, inputs, base);
    for (int start = 0; start < block.length(); ) {
      int run = grouping.run(block.first() + start, block.length() - start);
      int group = grouping.group(block.first() + start) - partial.firstGroup;
      int pair = 0;
      for (int i = 0; i < rows.length; i++) {
        for (int j = 0; j <= i; j++) {
          if (grouping.alongLast()) {
            partial.sums[pair][group] += product(rows[i], rows[j], start, start + run);
          } else {
            addProducts(partial.sums[pair], group, rows[i], rows[j], start, run);
          }
          pair++;
        }
      }
      start += run;
    }
  }

  private static double product(float[] x, float[] y, int from, int to) {
    double sum = 0;
    for (int i = from; i < to; i++) {
      sum += (double) x[i] * y[i];
    }
    return sum;
  }

  private static void addProducts(
      double[] sums, int group, float[] x, float[] y, int from, int count) {
    for (int i = 0; i < count; i++) {
      sums[group + i] += (double) x[from + i] * y[from + i];
    }
  }

  @Override
  public void combine(Products whole, Products partial) {
    for (int pair = 0; pair < whole.sums.length; pair++) {
      double[] from = partial.sums[pair];
      for (int i = 0; i < from.length; i++) {
        whole.sums[pair][partial.firstGroup + i] += from[i];
      }
    }
  }
}
