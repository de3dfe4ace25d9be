package dev.mergefarm.merge.method;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.merge.method.ParameterSpec.Scope;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** A spherical mean of any number of models, by one step from their mean direction. */
final class Multislerp implements MergeMethod {

  static final ParameterSpec NORMALIZE_WEIGHTS =
      ParameterSpec.flag("normalize_weights", true, "Whether to divide the weights by their sum.");
  static final ParameterSpec EPSILON =
      ParameterSpec.number("eps", Scope.GLOBAL, 1e-8, "What is added to lengths that divide.");

  @Override
  public String name() {
    return "multislerp";
  }

  @Override
  public String title() {
    return "Multi-SLERP";
  }

  @Override
  public String description() {
    return "Averages the directions of several models, or of their differences from a base, on a sphere.";
  }

  @Override
  public Optional<String> reference() {
    return Optional.of("https://goddard.blog/posts/multislerp-wow-what-a-cool-idea");
  }

  @Override
  public List<ParameterSpec> parameters() {
    return List.of(Linear.WEIGHT, NORMALIZE_WEIGHTS, EPSILON);
  }

  @Override
  public BaseModelRule baseModelRule() {
    return BaseModelRule.OPTIONAL;
  }

  @Override
  public ModelCount modelCount() {
    return ModelCount.atLeast(1);
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
    List<Integer> inputs = tensor.others();
    if (inputs.size() <= 1) {
      return new Stage.Copy(inputs.isEmpty() ? 0 : inputs.getFirst());
    }
    return new Stage.Reduce<>(
        new GramReduction(inputs, tensor.base()), gram -> mean(tensor, inputs, gram));
  }

  private static Stage mean(TensorMerge tensor, List<Integer> inputs, Gram gram) {
    double epsilon = tensor.number(EPSILON);
    double[] weights = weights(tensor, inputs);
    UnitGram units = UnitGram.of(gram, epsilon);
    double length = units.norm(weights);
    if (length < epsilon) {
      return withoutDirection(tensor, inputs, gram, weights);
    }
    double[] direction = UnitGram.combine(1 / length, weights, 0, weights);
    double along = 0;
    double meanNorm = 0;
    for (int i = 0; i < weights.length; i++) {
      along += weights[i] * units.dot(i, direction);
      meanNorm += weights[i] * gram.norm(i);
    }
    double[] tangent = UnitGram.combine(1, weights, -along, direction);
    double angle = units.norm(tangent) + epsilon;
    double[] point = UnitGram.combine(Math.cos(angle), direction, Math.sin(angle) / angle, tangent);
    return VectorSum.of(tensor, inputs, units.unscaled(point, meanNorm));
  }

  private static double[] weights(TensorMerge tensor, List<Integer> inputs) {
    double[] weights = inputs.stream().mapToDouble(i -> tensor.number(Linear.WEIGHT, i)).toArray();
    double sum = Arrays.stream(weights).sum();
    if (tensor.flag(NORMALIZE_WEIGHTS)) {
      Arrays.setAll(weights, i -> weights[i] / sum);
    }
    return weights;
  }

  /** Two opposite models are averaged; models that all equal the base give the base. */
  private static Stage withoutDirection(
      TensorMerge tensor, List<Integer> inputs, Gram gram, double[] weights) {
    boolean allZero =
        IntStream.range(0, gram.vectors()).allMatch(vector -> gram.product(vector, vector) == 0);
    if (allZero && tensor.base().isPresent()) {
      return new Stage.Copy(tensor.base().getAsInt());
    }
    if (inputs.size() == 2) {
      return VectorSum.of(tensor, inputs, weights);
    }
    throw new MergefarmException(
        ErrorCode.INVALID_VALUE,
        tensor.name()
            + ": the weighted sum of the models' directions is zero, so they have no spherical"
            + " mean; change the weights");
  }
}
