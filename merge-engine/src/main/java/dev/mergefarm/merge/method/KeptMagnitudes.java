package dev.mergefarm.merge.method;

import dev.mergefarm.merge.kernel.BlockMath;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Sums the magnitudes of each task vector, all and those kept, in float64, to find the factors that
 * restore the L1 norm.
 *
 * @param keepMasks whether to keep masks that are costly to make
 */
record KeptMagnitudes(int base, List<TaskVector> vectors, boolean keepMasks)
    implements Reduction<KeptMagnitudes.Sums> {

  /** Most memory for masks that are kept for the next stage: 64 MiB. */
  private static final long MOST_MASK_BITS = 1L << 29;

  /** Sums below this are left alone. */
  private static final double SMALLEST = 1e-7;

  KeptMagnitudes {
    vectors = List.copyOf(vectors);
  }

  /** The reduction for a tensor of some size. */
  static KeptMagnitudes of(int base, List<TaskVector> vectors, long elements) {
    return new KeptMagnitudes(base, vectors, elements * vectors.size() <= MOST_MASK_BITS);
  }

  /** Two sums for each task vector. */
  static final class Sums {

    private final double[][] allLanes;
    private final double[][] keptLanes;
    private final double[] all;
    private final double[] kept;
    private final List<Object[]> masks = new ArrayList<>();
    private final KeptElements[] drawn;
    private int elements;

    Sums(int vectors) {
      this(vectors, new KeptElements[vectors]);
    }

    private Sums(int vectors, KeptElements[] drawn) {
      this.drawn = drawn;
      allLanes = new double[vectors][BlockMath.LANES];
      keptLanes = new double[vectors][BlockMath.LANES];
      all = new double[vectors];
      kept = new double[vectors];
    }

    /**
     * Finished sums.
     *
     * @param totals of each task vector, all and what is kept
     */
    Sums(double[] totals) {
      this(totals.length / 2);
      for (int i = 0; i < all.length; i++) {
        all[i] = totals[2 * i];
        kept[i] = totals[2 * i + 1];
      }
    }

    /** Remembers what masks prepared, once for each task. */
    private void remember(Object[] prepared) {
      if (masks.isEmpty() || masks.getLast() != prepared) {
        masks.add(prepared);
      }
    }

    private void add(Sums other) {
      if (Arrays.stream(other.drawn).anyMatch(Objects::nonNull)) {
        masks.add(other.drawn);
      }
      other.masks.forEach(this::remember);
      for (int i = 0; i < all.length; i++) {
        all[i] += BlockMath.total(other.allLanes[i]);
        kept[i] += BlockMath.total(other.keptLanes[i]);
      }
    }

    /** What is kept of each task vector. */
    double[] kept() {
      return kept.clone();
    }

    private float factor(int vector) {
      boolean tiny = all[vector] < SMALLEST || kept[vector] < SMALLEST;
      return tiny ? 1 : (float) (all[vector] / kept[vector]);
    }
  }

  @Override
  public Sums empty() {
    return new Sums(vectors.size());
  }

  @Override
  public Sums partial(long firstElement, int length) {
    KeptElements[] drawn = new KeptElements[vectors.size()];
    for (int i = 0; keepMasks && i < drawn.length; i++) {
      if (vectors.get(i).mask() instanceof DeltaMask.Drawn) {
        drawn[i] = new KeptElements(firstElement, length);
      }
    }
    return new Sums(vectors.size(), drawn);
  }

  @Override
  public void accumulate(Sums partial, Block block) {
    if (keepMasks && block.prepared() instanceof Object[] prepared) {
      partial.remember(prepared);
    }
    for (int i = 0; i < vectors.size(); i++) {
      DeltaMask mask = vectors.get(i).mask();
      if (mask.keepsAll()) {
        continue;
      }
      float[] delta = block.scratch(0);
      block.taskVector(vectors.get(i).input(), base, delta);
      addMagnitudes(partial.allLanes[i], partial.elements, delta, block);
      if (mask instanceof DeltaMask.Drawn drawn && partial.drawn[i] != null) {
        drawn.apply(block, delta, partial.drawn[i]);
      } else {
        mask.apply(block, TaskVector.prepared(block, i), delta);
      }
      addMagnitudes(partial.keptLanes[i], partial.elements, delta, block);
    }
    partial.elements += block.length();
  }

  /**
   * An element adds to the sum of its place in the segment, although a block begins anywhere where
   * slabs are read whole.
   */
  private static void addMagnitudes(double[] lanes, int place, float[] delta, Block block) {
    int turn = place % BlockMath.LANES;
    if (turn == 0) {
      block.math().addMagnitudes(lanes, delta, block.length());
      return;
    }
    double[] turned = new double[BlockMath.LANES];
    for (int lane = 0; lane < BlockMath.LANES; lane++) {
      turned[lane] = lanes[(lane + turn) % BlockMath.LANES];
    }
    block.math().addMagnitudes(turned, delta, block.length());
    for (int lane = 0; lane < BlockMath.LANES; lane++) {
      lanes[(lane + turn) % BlockMath.LANES] = turned[lane];
    }
  }

  @Override
  public void combine(Sums whole, Sums partial) {
    whole.add(partial);
  }

  /** The task vectors with the factors that follow from the sums. */
  List<TaskVector> rescaled(Sums sums) {
    List<TaskVector> rescaled = new ArrayList<>();
    for (int i = 0; i < vectors.size(); i++) {
      TaskVector vector = vectors.get(i);
      boolean costly =
          vector.mask() instanceof RankedMask || vector.mask() instanceof DeltaMask.Drawn;
      if (costly && !sums.masks.isEmpty()) {
        vector = vector.masked(stored(sums, i));
      }
      rescaled.add(vector.mask().keepsAll() ? vector : vector.rescaled(sums.factor(i)));
    }
    return rescaled;
  }

  private static DeltaMask stored(Sums sums, int vector) {
    return new DeltaMask.Stored(
        sums.masks.stream().map(prepared -> (KeptElements) prepared[vector]).toList());
  }

  @Override
  public int slabElements() {
    return TaskVector.slabElements(vectors);
  }

  @Override
  public Object prepare(Slab slab) {
    return TaskVector.prepare(vectors, slab);
  }

  @Override
  public Optional<KernelReduction<Sums>> kernels() {
    return TaskVector.kernelsExist(vectors) ? Optional.of(new Kernels()) : Optional.empty();
  }

  /** Kernels keep masks in the device's memory, so that the sums hold none. */
  private final class Kernels implements KernelReduction<Sums> {

    private final SegmentSums sums =
        new SegmentSums(SegmentSums.Kind.MAGNITUDES, 2 * vectors.size(), segmentElements());

    @Override
    public long resultBytes(long elements) {
      return sums.resultBytes(elements);
    }

    @Override
    public void launch(KernelSlice slice) {
      long[] kept = TaskVector.kept(vectors, slice);
      sums.launch(
          slice,
          "thinned_sums",
          call -> {
            call.input(base).int32(kept.length).int32(0);
            for (int i = 0; i < kept.length; i++) {
              vectors.get(i).write(call, kept[i]);
            }
          });
    }

    @Override
    public Sums result(MemorySegment found, long elements) {
      return new Sums(sums.totals(found, elements));
    }

    @Override
    public long extraBytes(long elements) {
      return TaskVector.extraBytes(vectors, elements);
    }
  }
}
