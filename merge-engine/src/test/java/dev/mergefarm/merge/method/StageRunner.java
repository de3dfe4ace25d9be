package dev.mergefarm.merge.method;

import dev.mergefarm.merge.kernel.BlockMath;
import dev.mergefarm.merge.kernel.PlainBlockMath;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Runs stages on arrays, one block after the other, for tests of single stages. */
final class StageRunner {

  private final float[][] inputs;

  StageRunner(float[]... inputs) {
    this.inputs = inputs;
  }

  /** Runs reductions to their end. */
  Stage reduce(Stage stage) {
    Stage current = stage;
    while (current instanceof Stage.Reduce<?> reduce) {
      current = run(reduce);
    }
    return current;
  }

  private <R> Stage run(Stage.Reduce<R> reduce) {
    return reduce.next().apply(result(reduce.reduction(), Block.CAPACITY));
  }

  /** The result of a reduction over blocks of at most this many elements. */
  <R> R result(Reduction<R> reduction, int most) {
    R whole = reduction.empty();
    int length = inputs[0].length;
    for (int first = 0; first < length; first += Reduction.SEGMENT) {
      int end = Math.min(length, first + Reduction.SEGMENT);
      R partial = reduction.partial(first, end - first);
      for (int at = first; at < end; at += most) {
        reduction.accumulate(partial, new ArrayBlock(at, Math.min(most, end - at)));
      }
      reduction.combine(whole, partial);
    }
    return whole;
  }

  /** The result of an element-wise map. */
  float[] map(ElementMap map) {
    float[] output = new float[inputs[0].length];
    float[] result = new float[Block.CAPACITY];
    for (int at = 0; at < output.length; at += Block.CAPACITY) {
      int count = Math.min(Block.CAPACITY, output.length - at);
      map.apply(new ArrayBlock(at, count), result);
      System.arraycopy(result, 0, output, at, count);
    }
    return output;
  }

  private final class ArrayBlock implements Block {

    private final int first;
    private final int length;
    private final List<float[]> scratch = new ArrayList<>();

    ArrayBlock(int first, int length) {
      this.first = first;
      this.length = length;
    }

    @Override
    public long first() {
      return first;
    }

    @Override
    public int length() {
      return length;
    }

    @Override
    public float[] input(int index) {
      return Arrays.copyOfRange(inputs[index], first, first + CAPACITY);
    }

    @Override
    public float[] companion(int index) {
      throw new AssertionError("these stages have no companions");
    }

    @Override
    public float[] scratch(int number) {
      while (scratch.size() <= number) {
        scratch.add(new float[CAPACITY]);
      }
      return scratch.get(number);
    }

    @Override
    public void scaleInput(int index, float weight, float[] target) {
      math().scale(target, input(index), weight, length);
    }

    @Override
    public void addScaledInput(int index, float weight, float[] target) {
      math().addScaled(target, input(index), weight, length);
    }

    @Override
    public void taskVector(int index, int base, float[] target) {
      math().subtract(target, input(index), input(base), length);
    }

    @Override
    public Object prepared() {
      return null;
    }

    @Override
    public BlockMath math() {
      return new PlainBlockMath();
    }
  }
}
