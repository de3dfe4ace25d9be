package dev.mergefarm.merge.method;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problems;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** One model's tensors as they are, or multiplied by a factor: for stacking layers. */
final class Passthrough implements MergeMethod {

  static final ParameterSpec SCALE =
      new ParameterSpec(
          "scale",
          ParameterSpec.Type.NUMBER,
          ParameterSpec.Scope.PER_MODEL,
          ParameterRange.ANY,
          Optional.empty(),
          false,
          "A factor; without it the bytes are copied.");

  @Override
  public String name() {
    return "passthrough";
  }

  @Override
  public String title() {
    return "Passthrough";
  }

  @Override
  public String description() {
    return "Copies one model's tensors, to put layers of several models together.";
  }

  @Override
  public Optional<String> reference() {
    return Optional.empty();
  }

  @Override
  public List<ParameterSpec> parameters() {
    return List.of(SCALE);
  }

  @Override
  public BaseModelRule baseModelRule() {
    return BaseModelRule.ORDINARY_INPUT;
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
    if (tensor.inputs().size() != 1) {
      problems.error(
          ErrorCode.INVALID_VALUE,
          path,
          "passthrough takes exactly one model, found " + tensor.inputs().size());
    }
  }

  @Override
  public Stage start(TensorMerge tensor) {
    OptionalDouble scale = tensor.inputs().getFirst().parameters().optionalNumber(SCALE);
    if (scale.isEmpty()) {
      return new Stage.Copy(0);
    }
    return new Stage.Map(new WeightedSum(new float[] {(float) scale.getAsDouble()}, 1));
  }
}
