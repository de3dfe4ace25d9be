package dev.mergefarm.merge.method;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problems;
import java.util.List;
import java.util.Optional;

/** Takes another model's elements where they matter most. */
final class ArceeFusion implements MergeMethod {

  @Override
  public String name() {
    return "arcee_fusion";
  }

  @Override
  public String title() {
    return "Arcee Fusion";
  }

  @Override
  public String description() {
    return "Takes the other model's elements whose change, weighted by how much their row's distribution shifts, stands out.";
  }

  @Override
  public Optional<String> reference() {
    return Optional.of("https://arcee.ai");
  }

  @Override
  public List<ParameterSpec> parameters() {
    return List.of();
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
    return ShapeRule.TRIM_TO_SMALLEST;
  }

  @Override
  public int passes(TensorMerge tensor) {
    return 5;
  }

  @Override
  public void check(TensorMerge tensor, String path, Problems problems) {
    if (tensor.inputs().size() > 2) {
      problems.error(
          ErrorCode.INVALID_VALUE,
          path,
          "arcee_fusion takes exactly two models, the base being one; found "
              + tensor.inputs().size());
    }
    SlabWork.checkRow(Grouping.alongLast(tensor.shape()).period(), path, problems);
  }

  @Override
  public Stage start(TensorMerge tensor) {
    int base = tensor.base().orElseThrow();
    if (tensor.inputs().size() == 1) {
      return new Stage.Copy(base);
    }
    Grouping rows = Grouping.alongLast(tensor.shape());
    return new Stage.Reduce<>(
        new RowDivergence(rows, base, 1 - base),
        divergence -> select(tensor, new Importance(rows, base, 1 - base, divergence)));
  }

  /** The ranks of the lower quartile, the median and the upper quartile, without interpolation. */
  private static Stage select(TensorMerge tensor, Importance importance) {
    long elements = tensor.shape().elements();
    if (elements == 0) {
      return new Stage.Copy(importance.base());
    }
    long[] fromLargest = {
      elements - (long) (0.25 * (elements - 1)),
      elements - (long) (0.5 * (elements - 1)),
      elements - (long) (0.75 * (elements - 1))
    };
    return MagnitudeSelection.values(
        importance, new long[][] {fromLargest}, cuts -> fuse(importance, cuts[0]));
  }

  private static Stage fuse(Importance importance, MagnitudeCut[] quartiles) {
    float lower = quartiles[0].magnitude();
    float median = quartiles[1].magnitude();
    float upper = quartiles[2].magnitude();
    return new Stage.Map(new Fusion(importance, median + 1.5f * (upper - lower)));
  }

  /** The base where the importance is below a threshold, else the other model's element. */
  record Fusion(Importance importance, float threshold) implements ElementMap {
    @Override
    public void apply(Block block, float[] result) {
      float[] values = importance.of(block)[0];
      float[] origin = block.input(importance.base());
      float[] other = block.input(importance.other());
      for (int i = 0; i < block.length(); i++) {
        float change = other[i] - origin[i];
        result[i] = values[i] >= threshold ? origin[i] + change : origin[i];
      }
    }

    @Override
    public Optional<KernelMap> kernels() {
      return Optional.of(this::launch);
    }

    private void launch(KernelSlice slice) {
      KernelCall call = slice.kernel("fusion").output();
      call.input(importance.base()).input(importance.other());
      call.address(slice.table(importance.divergence().values()));
      call.int64(importance.rows().period()).float32(threshold).float32(0);
      call.overElements();
    }
  }
}
