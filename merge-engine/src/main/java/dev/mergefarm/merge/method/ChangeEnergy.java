package dev.mergefarm.merge.method;

import dev.mergefarm.merge.kernel.BlockMath;
import java.util.Optional;
import java.util.OptionalInt;

/** Sums the squares of each model's changes in float64, and counts the elements. */
record ChangeEnergy(VaryingChanges changes) implements Reduction<ChangeEnergy.Energy> {

  /** A mean of squares, over all models, below this gives no weights. */
  private static final double SMALLEST = 1e-6;

  /** One sum for each model. */
  static final class Energy {

    private final double[][] lanes;
    private final double[] sums;
    private long elements;

    Energy(int models) {
      lanes = new double[models][BlockMath.LANES];
      sums = new double[models];
    }

    Energy(double[] sums, long elements) {
      lanes = new double[0][];
      this.sums = sums;
      this.elements = elements;
    }

    /** Each model's share of the mean square, or equal shares where there is next to none. */
    float[] shares() {
      double total = 0;
      for (double sum : sums) {
        total += sum / elements;
      }
      float[] shares = new float[sums.length];
      for (int i = 0; i < shares.length; i++) {
        shares[i] =
            Math.abs(total) < SMALLEST ? 1f / shares.length : (float) (sums[i] / elements / total);
      }
      return shares;
    }
  }

  @Override
  public Energy empty() {
    return new Energy(changes.inputs().size());
  }

  @Override
  public void accumulate(Energy partial, Block block) {
    float[][] rows = changes.of(block);
    for (int i = 0; i < rows.length; i++) {
      block.math().addProducts(partial.lanes[i], rows[i], rows[i], block.length());
    }
    partial.elements += block.length();
  }

  @Override
  public void combine(Energy whole, Energy partial) {
    for (int i = 0; i < whole.sums.length; i++) {
      whole.sums[i] += BlockMath.total(partial.lanes[i]);
    }
    whole.elements += partial.elements;
  }

  @Override
  public Optional<KernelReduction<Energy>> kernels() {
    SegmentSums sums = SegmentSums.of(SegmentSums.Kind.SQUARES, changes.inputs().size());
    return Optional.of(new KernelSums<>(sums, "varying_sums", this::write, Energy::new));
  }

  private void write(KernelCall call) {
    changes.cut().orElse(MagnitudeCut.BELOW_ALL).write(call);
    call.int32(changes.cut().isPresent() ? 1 : 0).int32(0);
    new KernelRows(changes.inputs(), OptionalInt.of(changes.base())).write(call);
  }
}
