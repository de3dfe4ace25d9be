package dev.mergefarm.merge.method;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problems;
import dev.mergefarm.merge.method.ParameterSpec.Scope;
import dev.mergefarm.storage.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Regression mean: the linear layer whose outputs are nearest to those of all models. */
final class RegMean implements MergeMethod {

  static final ParameterSpec GRAM =
      new ParameterSpec(
          "gram",
          ParameterSpec.Type.MODEL,
          Scope.PER_MODEL,
          ParameterRange.ANY,
          Optional.empty(),
          true,
          "A checkpoint with the Gram matrix of each linear layer's inputs, under the same names.");
  static final ParameterSpec SAMPLES =
      ParameterSpec.number(
              "samples", Scope.PER_MODEL, 1.0, "How many samples the Gram matrices are sums over.")
          .within(ParameterRange.atLeast(1));
  static final ParameterSpec SCALE =
      ParameterSpec.number(
              "off_diagonal_scale", Scope.GLOBAL, 0.9, "The factor on off-diagonal entries.")
          .within(new ParameterRange(0, 1));
  static final ParameterSpec RIDGE =
      ParameterSpec.number(
              "ridge", Scope.GLOBAL, 1e-6, "What is added to the diagonal, times its mean.")
          .within(ParameterRange.atLeast(0));

  @Override
  public String name() {
    return "regmean";
  }

  @Override
  public String title() {
    return "RegMean";
  }

  @Override
  public String description() {
    return "Merges linear layers so that their outputs on each model's own inputs change least; averages the rest.";
  }

  @Override
  public Optional<String> reference() {
    return Optional.of("https://arxiv.org/abs/2212.09849");
  }

  @Override
  public List<ParameterSpec> parameters() {
    return List.of(GRAM, SAMPLES, SCALE, RIDGE);
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
    return ShapeRule.SAME;
  }

  @Override
  public void check(TensorMerge tensor, String path, Problems problems) {
    long with = tensor.inputs().stream().filter(input -> input.companion().isPresent()).count();
    if (with > 0 && with < tensor.inputs().size()) {
      problems.error(
          ErrorCode.TENSOR_MISSING, path, "only some models have a Gram matrix for this tensor");
    } else if (with > 0) {
      tensor.inputs().forEach(input -> checkGram(tensor, input, path, problems));
    }
  }

  private static void checkGram(
      TensorMerge tensor, MergeInput input, String path, Problems problems) {
    TensorBlocks gram = input.companion().orElseThrow();
    Shape shape = tensor.shape();
    long inputs = shape.rank() == 2 ? shape.dimension(1) : -1;
    String where = path + " of " + input.model();
    if (!gram.shape().equals(Shape.of(Math.max(0, inputs), Math.max(0, inputs)))) {
      problems.error(
          ErrorCode.SHAPE_MISMATCH,
          where,
          "a Gram matrix of shape " + gram.shape() + " does not fit a tensor of shape " + shape);
    }
    if (!gram.dataType().computable()) {
      problems.error(
          ErrorCode.UNSUPPORTED_DTYPE, where, "a Gram matrix of type " + gram.dataType());
    }
  }

  @Override
  public Stage start(TensorMerge tensor) {
    if (tensor.inputs().getFirst().companion().isEmpty()) {
      float[] weights = new float[tensor.inputs().size()];
      Arrays.fill(weights, 1);
      return new Stage.Map(new WeightedSum(weights, weights.length));
    }
    GramMatrices matrices =
        new GramMatrices(
            tensor.inputs().stream().map(input -> input.companion().orElseThrow()).toList(),
            IntStream.range(0, tensor.inputs().size())
                .mapToDouble(input -> 1 / tensor.number(SAMPLES, input))
                .toArray(),
            tensor.number(SCALE));
    int columns = Math.toIntExact(tensor.shape().dimension(1));
    int rows = Math.toIntExact(tensor.shape().dimension(0));
    return new Stage.Map(
        new RegressionRows(
            matrices, rows, columns, new CholeskyOnce(matrices, columns, tensor.number(RIDGE))));
  }
}
