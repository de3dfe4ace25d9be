package dev.mergefarm.merge.method;

import dev.mergefarm.merge.method.ParameterSpec.Scope;
import java.util.List;
import java.util.Optional;

/** The weighted mean, or the weighted sum, of the models. */
final class Linear implements MergeMethod {

  static final ParameterSpec WEIGHT =
      ParameterSpec.requiredNumber(
          "weight", Scope.PER_MODEL, "How much the model counts; may be negative.");
  static final ParameterSpec NORMALIZE =
      ParameterSpec.flag("normalize", true, "Whether to divide by the sum of the weights.");

  @Override
  public String name() {
    return "linear";
  }

  @Override
  public String title() {
    return "Linear";
  }

  @Override
  public String description() {
    return "Averages the models' weights, each model with its own share.";
  }

  @Override
  public Optional<String> reference() {
    return Optional.of("https://arxiv.org/abs/2203.05482");
  }

  @Override
  public List<ParameterSpec> parameters() {
    return List.of(WEIGHT, NORMALIZE);
  }

  @Override
  public BaseModelRule baseModelRule() {
    return BaseModelRule.ORDINARY_INPUT;
  }

  @Override
  public ModelCount modelCount() {
    return ModelCount.atLeast(1);
  }

  @Override
  public ShapeRule shapeRule() {
    return ShapeRule.TRIM_TO_SMALLEST;
  }

  @Override
  public Stage start(TensorMerge tensor) {
    float[] weights = new float[tensor.inputs().size()];
    float sum = 0;
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) tensor.number(WEIGHT, i);
      sum += weights[i];
    }
    return new Stage.Map(new WeightedSum(weights, tensor.flag(NORMALIZE) ? sum : 1));
  }
}
