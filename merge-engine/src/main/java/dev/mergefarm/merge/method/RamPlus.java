package dev.mergefarm.merge.method;

import dev.mergefarm.merge.method.ParameterSpec.Scope;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Reinforced Agent Merging that strengthens a model's own changes by how much it shares. */
final class RamPlus implements MergeMethod {

  static final ParameterSpec R =
      ParameterSpec.number(
          "r", Scope.GLOBAL, 0.1, "How much a shared change strengthens own ones.");
  static final ParameterSpec ALPHA =
      ParameterSpec.number("alpha", Scope.GLOBAL, 0.2, "The largest ratio that counts.");

  @Override
  public String name() {
    return "ramplus_tl";
  }

  @Override
  public String title() {
    return "Reinforced Agent Merging Plus (Tensor-Local)";
  }

  @Override
  public String description() {
    return "Like ram, with what one model alone changed strengthened by its ratio of shared to own changes.";
  }

  @Override
  public Optional<String> reference() {
    return Optional.of("https://arxiv.org/abs/2601.13572");
  }

  @Override
  public List<ParameterSpec> parameters() {
    return List.of(R, ALPHA, Ram.EPSILON);
  }

  @Override
  public BaseModelRule baseModelRule() {
    return BaseModelRule.REQUIRED;
  }

  @Override
  public ModelCount modelCount() {
    return ModelCount.atLeast(0);
  }

  @Override
  public ShapeRule shapeRule() {
    return ShapeRule.SAME;
  }

  @Override
  public int passes(TensorMerge tensor) {
    return 2;
  }

  @Override
  public Stage start(TensorMerge tensor) {
    int base = tensor.base().orElseThrow();
    List<Integer> inputs = tensor.others();
    if (inputs.isEmpty()) {
      return new Stage.Copy(base);
    }
    float epsilon = (float) tensor.number(Ram.EPSILON);
    return new Stage.Reduce<>(
        new ActiveCounts(base, inputs, epsilon),
        counts -> new Stage.Map(new ActiveSum(base, inputs, epsilon, factors(tensor, counts))));
  }

  private static float[] factors(TensorMerge tensor, long[][] counts) {
    float[] factors = new float[counts.length];
    for (int i = 0; i < factors.length; i++) {
      double unique = Math.max(counts[i][ActiveCounts.UNIQUE], tensor.number(Ram.EPSILON));
      double ratio = counts[i][ActiveCounts.SHARED] / unique;
      double counted = Math.clamp(ratio, 0.0, Math.max(0.0, tensor.number(ALPHA)));
      factors[i] = (float) (1 + tensor.number(R) * counted);
    }
    return factors;
  }

  /** Counts, for each model, the active changes that it alone made and those it shares. */
  record ActiveCounts(int base, List<Integer> inputs, float epsilon)
      implements Reduction<long[][]> {

    static final int UNIQUE = 0;
    static final int SHARED = 1;

    @Override
    public long[][] empty() {
      return new long[inputs.size()][2];
    }

    @Override
    public void accumulate(long[][] partial, Block block) {
      float[] counts = ActiveSum.activeCounts(block, base, inputs, epsilon);
      for (int i = 0; i < partial.length; i++) {
        float[] change = ActiveSum.change(block, i);
        for (int j = 0; j < block.length(); j++) {
          if (Math.abs(change[j]) > epsilon) {
            partial[i][counts[j] == 1 ? UNIQUE : SHARED]++;
          }
        }
      }
    }

    @Override
    public void combine(long[][] whole, long[][] partial) {
      for (int i = 0; i < whole.length; i++) {
        whole[i][UNIQUE] += partial[i][UNIQUE];
        whole[i][SHARED] += partial[i][SHARED];
      }
    }

    @Override
    public boolean orderFree() {
      return true;
    }

    @Override
    public Optional<KernelReduction<long[][]>> kernels() {
      return Optional.of(new KernelCounts<>(2L * inputs.size(), this::launch, this::pairs));
    }

    private void launch(KernelSlice slice) {
      KernelCall call = slice.kernel("active_counts").address(slice.result());
      call.float32(epsilon).int32(0);
      new KernelRows(inputs, OptionalInt.of(base)).write(call);
      call.overElements();
    }

    private long[][] pairs(long[] counts) {
      long[][] pairs = empty();
      for (int i = 0; i < pairs.length; i++) {
        pairs[i][UNIQUE] = counts[2 * i];
        pairs[i][SHARED] = counts[2 * i + 1];
      }
      return pairs;
    }
  }
}
