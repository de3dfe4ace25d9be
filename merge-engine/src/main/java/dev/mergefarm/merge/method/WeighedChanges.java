package dev.mergefarm.merge.method;

import dev.mergefarm.merge.kernel.BlockMath;
import java.util.Arrays;
import java.util.Optional;

/**
 * The base plus the mean of the changes whose sign is that of their sum, each model with its share.
 *
 * @param shares one for each model; not copied and not to be changed
 */
record WeighedChanges(VaryingChanges changes, float[] shares) implements ElementMap {

  private static final float SMALLEST_DIVISOR = 1e-6f;

  WeighedChanges(VaryingChanges changes, ChangeEnergy.Energy energy) {
    this(changes, energy.shares());
  }

  @Override
  public void apply(Block block, float[] result) {
    BlockMath math = block.math();
    int length = block.length();
    float[][] rows = changes.of(block);
    float[] sum = block.scratch(changes.scratchRows());
    float[] agreed = block.scratch(changes.scratchRows() + 1);
    float[] weights = block.scratch(changes.scratchRows() + 2);
    float[] scaled = block.scratch(changes.scratchRows() + 3);
    Arrays.fill(sum, 0, length, 0);
    Arrays.fill(agreed, 0, length, 0);
    Arrays.fill(weights, 0, length, 0);
    for (float[] row : rows) {
      math.add(sum, sum, row, length);
    }
    for (int i = 0; i < rows.length; i++) {
      math.scale(scaled, rows[i], shares[i], length);
      math.addAgreeing(agreed, weights, scaled, sum, shares[i], length);
    }
    for (int j = 0; j < length; j++) {
      weights[j] = Math.max(weights[j], SMALLEST_DIVISOR);
    }
    math.divide(agreed, agreed, weights, length);
    math.add(result, block.input(changes.base()), agreed, length);
  }

  @Override
  public Optional<KernelMap> kernels() {
    return Optional.of(this::launch);
  }

  private void launch(KernelSlice slice) {
    KernelCall call = slice.kernel("weighed_changes").output().input(changes.base());
    changes.cut().orElse(MagnitudeCut.BELOW_ALL).write(call);
    call.int32(shares.length).int32(changes.cut().isPresent() ? 1 : 0);
    for (int i = 0; i < shares.length; i++) {
      call.input(changes.inputs().get(i)).float32(shares[i]).float32(0);
    }
    call.overElements();
  }
}
