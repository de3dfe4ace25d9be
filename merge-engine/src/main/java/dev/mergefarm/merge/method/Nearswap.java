package dev.mergefarm.merge.method;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problems;
import dev.mergefarm.merge.method.ParameterSpec.Scope;
import java.util.List;
import java.util.Optional;

/** Moves to the other model where it is close to the base. */
final class Nearswap implements MergeMethod {

  static final ParameterSpec T =
      ParameterSpec.requiredNumber(
          "t", Scope.GLOBAL, "How far apart elements may be and still take the other value.");

  @Override
  public String name() {
    return "nearswap";
  }

  @Override
  public String title() {
    return "NearSwap";
  }

  @Override
  public String description() {
    return "Takes the other model's value where it is near the base's, and moves ever less beyond.";
  }

  @Override
  public Optional<String> reference() {
    return Optional.of("https://huggingface.co/alchemonaut/QuartetAnemoi-70B-t0.0001");
  }

  @Override
  public List<ParameterSpec> parameters() {
    return List.of(T);
  }

  @Override
  public BaseModelRule baseModelRule() {
    return BaseModelRule.REQUIRED;
  }

  @Override
  public ModelCount modelCount() {
    return ModelCount.exactly(1);
  }

  @Override
  public ShapeRule shapeRule() {
    return ShapeRule.SAME;
  }

  @Override
  public void check(TensorMerge tensor, String path, Problems problems) {
    if (tensor.inputs().size() > 2) {
      problems.error(
          ErrorCode.INVALID_VALUE,
          path,
          "nearswap takes exactly two models, the base and one other; found "
              + tensor.inputs().size());
    }
  }

  @Override
  public Stage start(TensorMerge tensor) {
    int base = tensor.base().orElseThrow();
    return tensor.inputs().size() == 1
        ? new Stage.Copy(base)
        : new Stage.Map(new Swap(base, 1 - base, (float) tensor.number(T)));
  }

  /** {@code w * other + (1 - w) * base} with {@code w = t / |base - other|}, at most 1. */
  record Swap(int base, int other, float t) implements ElementMap {

    private static final float CLOSEST = 1e-6f;

    @Override
    public void apply(Block block, float[] result) {
      float[] origin = block.input(base);
      float[] target = block.input(other);
      for (int i = 0; i < block.length(); i++) {
        float distance = Math.max(Math.abs(origin[i] - target[i]), CLOSEST);
        float share = Math.min(Math.max(1 / distance * t, 0f), 1f);
        result[i] = share * target[i] + (1 - share) * origin[i];
      }
    }

    @Override
    public Optional<KernelMap> kernels() {
      return Optional.of(this::launch);
    }

    private void launch(KernelSlice slice) {
      KernelCall call = slice.kernel("swap").output().input(base).input(other);
      call.float32(t).float32(0).overElements();
    }
  }
}
