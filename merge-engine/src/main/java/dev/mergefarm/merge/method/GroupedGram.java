package dev.mergefarm.merge.method;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;
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

  @Override
  public Optional<KernelReduction<Products>> kernels() {
    return Optional.of(new Kernels());
  }

  /** Products of all groups, each group's pairs side by side. */
  private final class Kernels implements KernelReduction<Products> {

    /** Elements whose products kernels sum one after the other. */
    private static final int WINDOW = 512;

    private final int pairs = inputs.size() * (inputs.size() + 1) / 2;

    @Override
    public long resultBytes(long elements) {
      return grouping.groups() * pairs * Double.BYTES;
    }

    @Override
    public void launch(KernelSlice slice) {
      if (!grouping.alongLast()) {
        call(slice, "grouped_columns", 0).overItems(blocks(grouping.groups()), THREADS, 0);
        return;
      }
      long windows = slice.scratch(extraBytes(slice.count()));
      call(slice, "grouped_windows", windows).overItems(blocks(windows(slice.count())), THREADS, 0);
      call(slice, "grouped_rows", windows).overItems(blocks(groups(slice)), THREADS, 0);
    }

    private static final int THREADS = 256;

    private long blocks(long items) {
      return (items * pairs + THREADS - 1) / THREADS;
    }

    private static long windows(long elements) {
      return (elements + WINDOW - 1) / WINDOW;
    }

    private KernelCall call(KernelSlice slice, String kernel, long windows) {
      KernelCall call = slice.kernel(kernel).address(slice.result()).address(windows);
      grouping.write(call);
      call.int64(grouping.alongLast() ? grouping.group(slice.first()) : 0);
      call.int64(groups(slice)).int32(pairs).int32(0);
      new KernelRows(inputs, base).write(call);
      return call;
    }

    private long groups(KernelSlice slice) {
      if (!grouping.alongLast()) {
        return grouping.groups();
      }
      int last = grouping.group(slice.first() + slice.count() - 1);
      return last - grouping.group(slice.first()) + 1;
    }

    @Override
    public Products result(MemorySegment found, long elements) {
      Products products = empty();
      for (int group = 0; group < grouping.groups(); group++) {
        for (int pair = 0; pair < pairs; pair++) {
          long index = (long) group * pairs + pair;
          products.sums[pair][group] = found.getAtIndex(ValueLayout.JAVA_DOUBLE, index);
        }
      }
      return products;
    }

    /** One sum for each row's part of each window. */
    @Override
    public long extraBytes(long elements) {
      long parts = windows(elements) + elements / grouping.period() + 2;
      return grouping.alongLast() ? parts * pairs * Double.BYTES : 0;
    }
  }
}
