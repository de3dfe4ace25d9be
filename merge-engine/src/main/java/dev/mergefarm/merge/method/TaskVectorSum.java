package dev.mergefarm.merge.method;

import dev.mergefarm.merge.kernel.BlockMath;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The base plus the weighted sum of what is kept of each task vector. With a sign consensus, only
 * those vectors count at an element whose sign there is that of their sum.
 *
 * @param base index of the base
 * @param vectors one or more
 * @param consensus whether signs are elected
 * @param normalize whether to divide by the sum of the weights, with a consensus by that of the
 *     weights that agree at the element
 * @param lambda the factor on the sum
 */
record TaskVectorSum(
    int base, List<TaskVector> vectors, boolean consensus, boolean normalize, float lambda)
    implements ElementMap {

  private static final int SUM = 0;
  private static final int AGREED = 1;
  private static final int WEIGHTS = 2;
  private static final int FIRST_DELTA = 4;

  /** A sum of weights below this is no divisor. */
  private static final float SMALLEST_DIVISOR = 1e-8f;

  TaskVectorSum {
    vectors = List.copyOf(vectors);
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
  public void apply(Block block, float[] result) {
    BlockMath math = block.math();
    int length = block.length();
    float[] sum = block.scratch(SUM);
    for (int i = 0; i < vectors.size(); i++) {
      float[] delta = i == 0 && !consensus ? sum : block.scratch(FIRST_DELTA + i);
      weighted(block, i, delta);
      if (i == 0 && consensus) {
        System.arraycopy(delta, 0, sum, 0, length);
      } else if (i > 0) {
        math.add(sum, sum, delta, length);
      }
    }
    float[] mixed = consensus ? agreed(block, sum) : sum;
    if (normalize && !consensus && divisor() != 1) {
      math.divideBy(mixed, mixed, divisor(), length);
    }
    if (lambda != 1) {
      math.scale(mixed, mixed, lambda, length);
    }
    math.add(result, block.input(base), mixed, length);
  }

  private void weighted(Block block, int index, float[] delta) {
    TaskVector vector = vectors.get(index);
    block.taskVector(vector.input(), base, delta);
    vector.mask().apply(block, TaskVector.prepared(block, index), delta);
    if (vector.rescale() != 1) {
      block.math().scale(delta, delta, vector.rescale(), block.length());
    }
    if (vector.weight() != 1) {
      block.math().scale(delta, delta, vector.weight(), block.length());
    }
  }

  private float[] agreed(Block block, float[] sum) {
    BlockMath math = block.math();
    int length = block.length();
    float[] agreed = block.scratch(AGREED);
    float[] weights = block.scratch(WEIGHTS);
    Arrays.fill(agreed, 0, length, 0);
    Arrays.fill(weights, 0, length, 0);
    for (int i = 0; i < vectors.size(); i++) {
      float[] delta = block.scratch(FIRST_DELTA + i);
      math.addAgreeing(agreed, weights, delta, sum, vectors.get(i).weight(), length);
    }
    if (normalize) {
      math.replaceZeros(weights, weights, length);
      math.divide(agreed, agreed, weights, length);
    }
    return agreed;
  }

  private float divisor() {
    float sum = 0;
    for (TaskVector vector : vectors) {
      sum += vector.weight();
    }
    return Math.abs(sum) < SMALLEST_DIVISOR ? 1 : sum;
  }

  @Override
  public Optional<KernelMap> kernels() {
    return TaskVector.kernelsExist(vectors) ? Optional.of(new Launch()) : Optional.empty();
  }

  private final class Launch implements KernelMap {

    @Override
    public void launch(KernelSlice slice) {
      float divisor = normalize && !consensus ? divisor() : 1;
      long[] kept = TaskVector.kept(vectors, slice);
      KernelCall call =
          slice
              .kernel("task_vector_sum")
              .output()
              .input(base)
              .int32(vectors.size())
              .int32(consensus ? 1 : 0)
              .int32(normalize ? 1 : 0)
              .float32(divisor)
              .float32(lambda)
              .int32(0);
      for (int i = 0; i < kept.length; i++) {
        vectors.get(i).write(call, kept[i]);
      }
      call.overElements();
    }

    @Override
    public long extraBytes(long elements) {
      return TaskVector.extraBytes(vectors, elements);
    }
  }
}
