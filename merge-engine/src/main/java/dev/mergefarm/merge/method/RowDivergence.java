package dev.mergefarm.merge.method;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/**
 * Finds the Kullback-Leibler divergence of each row's softmax from the base's. Keeps four bytes for
 * each row.
 */
record RowDivergence(Grouping rows, int base, int other)
    implements Reduction<RowDivergence.Divergences> {

  /** What is added to every probability. */
  private static final float SMALLEST = 1e-8f;

  /**
   * Divergences of consecutive rows.
   *
   * @param first index of the first row
   */
  record Divergences(int first, float[] values) {
    float of(int row) {
      return values[row - first];
    }
  }

  @Override
  public Divergences empty() {
    return new Divergences(0, new float[Math.toIntExact(rows.groups())]);
  }

  @Override
  public Divergences partial(long firstElement, int length) {
    int first = rows.group(firstElement);
    int count = rows.group(firstElement + length - 1) - first + 1;
    return new Divergences(first, new float[count]);
  }

  @Override
  public int slabElements() {
    return Math.toIntExact(rows.period());
  }

  /** The divergences of the rows of a task. */
  @Override
  public Divergences prepare(Slab slab) {
    int length = slabElements();
    float[] origin = new float[length];
    float[] changed = new float[length];
    float[] divergences = new float[slab.length() / length];
    for (int row = 0; row < divergences.length; row++) {
      slab.load(base, row * length, length, origin);
      slab.load(other, row * length, length, changed);
      RowSoftmax.apply(origin, length);
      RowSoftmax.apply(changed, length);
      divergences[row] = divergence(changed, origin);
    }
    return new Divergences(rows.group(slab.first()), divergences);
  }

  /** Rounding can make a divergence negative, which it never is. */
  private static float divergence(float[] changed, float[] origin) {
    double sum = 0;
    for (int i = 0; i < changed.length; i++) {
      float p = changed[i] + SMALLEST;
      float q = origin[i] + SMALLEST;
      sum += p * (float) Logarithm.of(p / q);
    }
    return (float) Math.max(0, sum);
  }

  @Override
  public void accumulate(Divergences partial, Block block) {
    Divergences prepared = (Divergences) block.prepared();
    int last = rows.group(block.first() + block.length() - 1);
    for (int row = rows.group(block.first()); row <= last; row++) {
      partial.values()[row - partial.first()] = prepared.of(row);
    }
  }

  @Override
  public void combine(Divergences whole, Divergences partial) {
    System.arraycopy(partial.values(), 0, whole.values(), partial.first(), partial.values().length);
  }

  @Override
  public Optional<KernelReduction<Divergences>> kernels() {
    return Optional.of(new Kernels());
  }

  /** One number for each row. */
  private final class Kernels implements KernelReduction<Divergences> {

    private static final int THREADS = 256;
    private static final int WARP = 32;

    /** Two stretches of 256 numbers for each warp. */
    private static final int SHARED_BYTES = THREADS / WARP * 2 * 256 * Float.BYTES;

    @Override
    public long resultBytes(long elements) {
      return rows.groups() * Float.BYTES;
    }

    @Override
    public void launch(KernelSlice slice) {
      KernelCall call = slice.kernel("row_divergences").address(slice.result());
      call.int64(rows.period()).input(base).input(other);
      long warps = slice.count() / rows.period();
      call.overItems((warps * WARP + THREADS - 1) / THREADS, THREADS, SHARED_BYTES);
    }

    @Override
    public Divergences result(MemorySegment found, long elements) {
      return new Divergences(0, found.toArray(ValueLayout.JAVA_FLOAT));
    }
  }
}
