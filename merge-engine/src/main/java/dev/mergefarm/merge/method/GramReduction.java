package dev.mergefarm.merge.method;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Finds the dot products of whole tensors with each other, or of their differences from a base.
 *
 * @param inputs the tensors, by index among the inputs
 * @param base what to subtract from each
 */
record GramReduction(List<Integer> inputs, OptionalInt base) implements Reduction<Gram> {

  GramReduction {
    inputs = List.copyOf(inputs);
  }

  @Override
  public Gram empty() {
    return new Gram(inputs.size());
  }

  @Override
  public void accumulate(Gram partial, Block block) {
    partial.accumulate(block.math(), vectors(block, inputs, base), block.length());
  }

  /** The rows of a block that are vectors' parts. */
  static float[][] vectors(Block block, List<Integer> inputs, OptionalInt base) {
    float[][] rows = new float[inputs.size()][];
    for (int i = 0; i < rows.length; i++) {
      if (base.isEmpty()) {
        rows[i] = block.input(inputs.get(i));
      } else {
        rows[i] = block.scratch(i);
        block.taskVector(inputs.get(i), base.getAsInt(), rows[i]);
      }
    }
    return rows;
  }

  @Override
  public void combine(Gram whole, Gram partial) {
    whole.add(partial);
  }

  @Override
  public Optional<KernelReduction<Gram>> kernels() {
    SegmentSums sums = SegmentSums.of(SegmentSums.Kind.PRODUCTS, inputs.size());
    KernelRows rows = new KernelRows(inputs, base);
    return Optional.of(
        new KernelSums<>(
            sums, "row_sums", rows::write, (totals, elements) -> new Gram(inputs.size(), totals)));
  }
}
