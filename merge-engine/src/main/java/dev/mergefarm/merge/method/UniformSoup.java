package dev.mergefarm.merge.method;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The plain mean of the models: {@link Linear} with equal weights. */
final class UniformSoup implements MergeMethod {

  @Override
  public String name() {
    return "uniform_soup";
  }

  @Override
  public String title() {
    return "Uniform Soup";
  }

  @Override
  public String description() {
    return "Averages fine-tunes of one base with equal weights.";
  }

  @Override
  public Optional<String> reference() {
    return Optional.of("https://arxiv.org/abs/2203.05482");
  }

  @Override
  public List<ParameterSpec> parameters() {
    return List.of();
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
    Arrays.fill(weights, 1);
    return new Stage.Map(new WeightedSum(weights, weights.length));
  }
}
