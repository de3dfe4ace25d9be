package dev.mergefarm.merge.method;

import dev.mergefarm.merge.kernel.BlockMath;
import java.util.ArrayList;
import java.util.List;

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

    Sums(int vectors) {
      allLanes = new double[vectors][BlockMath.LANES];
      keptLanes = new double[vectors][BlockMath.LANES];
      all = new double[vectors];
      kept = new double[vectors];
    }

    /** Remembers what masks prepared, once for each task. */
    private void remember(Object[] prepared) {
      if (masks.isEmpty() || masks.getLast() != prepared) {
        masks.add(prepared);
      }
    }

    private void add(Sums other) {
      other.masks.forEach(this::remember);
      for (int i = 0; i < all.length; i++) {
        all[i] += BlockMath.total(other.allLanes[i]);
        kept[i] += BlockMath.total(other.keptLanes[i]);
      }
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
      block.math().addMagnitudes(partial.allLanes[i], delta, block.length());
      mask.apply(block, TaskVector.prepared(block, i), delta);
      block.math().addMagnitudes(partial.keptLanes[i], delta, block.length());
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
      if (vector.mask() instanceof RankedMask && keepMasks) {
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
}
