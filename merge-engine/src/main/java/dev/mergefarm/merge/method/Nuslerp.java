package dev.mergefarm.merge.method;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problems;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Spherical interpolation of two models, or of their differences from a base. */
final class Nuslerp implements MergeMethod {

  static final ParameterSpec ROW_WISE =
      ParameterSpec.flag(
          "nuslerp_row_wise",
          false,
          "Without flattening: whether vectors run along the first dimension, not the last.");
  static final ParameterSpec FLATTEN =
      ParameterSpec.flag("nuslerp_flatten", true, "Whether a tensor is one vector.");

  private static final double SHORTEST = 1e-7;
  private static final double SMALLEST_SINE = 1e-6;
  private static final double SMALLEST_SUM = 1e-6;

  @Override
  public String name() {
    return "nuslerp";
  }

  @Override
  public String title() {
    return "NuSLERP";
  }

  @Override
  public String description() {
    return "Interpolates along the arc between two models or their differences from a base, as one vector or row by row.";
  }

  @Override
  public Optional<String> reference() {
    return Optional.empty();
  }

  @Override
  public List<ParameterSpec> parameters() {
    return List.of(Linear.WEIGHT, ROW_WISE, FLATTEN);
  }

  @Override
  public BaseModelRule baseModelRule() {
    return BaseModelRule.OPTIONAL;
  }

  @Override
  public ModelCount modelCount() {
    return ModelCount.exactly(2);
  }

  @Override
  public ShapeRule shapeRule() {
    return ShapeRule.TRIM_TO_SMALLEST;
  }

  @Override
  public int passes(TensorMerge tensor) {
    return 2;
  }

  @Override
  public void check(TensorMerge tensor, String path, Problems problems) {
    int models = tensor.others().size();
    if (tensor.inputs().size() > 1 && models != 2) {
      problems.error(
          ErrorCode.INVALID_VALUE,
          path,
          "nuslerp takes exactly two models and perhaps a base that is a third, found " + models);
    }
  }

  @Override
  public Stage start(TensorMerge tensor) {
    if (tensor.inputs().size() == 1) {
      return new Stage.Copy(0);
    }
    List<Integer> inputs = tensor.others();
    double t =
        share(
            tensor.number(Linear.WEIGHT, inputs.get(0)),
            tensor.number(Linear.WEIGHT, inputs.get(1)));
    OptionalInt base = tensor.base();
    if (tensor.flag(FLATTEN)) {
      return new Stage.Reduce<>(
          new GramReduction(inputs, base), gram -> VectorSum.of(tensor, inputs, flat(gram, t)));
    }
    Grouping grouping =
        tensor.flag(ROW_WISE)
            ? Grouping.alongFirst(tensor.shape())
            : Grouping.alongLast(tensor.shape());
    return new Stage.Reduce<>(
        new GroupedGram(grouping, inputs, base),
        products ->
            new Stage.Map(new GroupedSum(grouping, inputs, base, grouped(products, grouping, t))));
  }

  private static double share(double first, double second) {
    double sum = first + second;
    return Math.abs(sum) < SMALLEST_SUM ? 0.5 : second / sum;
  }

  private static double[] flat(Gram gram, double t) {
    return coefficients(gram.norm(0), gram.norm(1), gram.product(0, 1), t);
  }

  private static float[][] grouped(GroupedGram.Products products, Grouping grouping, double t) {
    float[][] weights = new float[2][(int) grouping.groups()];
    for (int group = 0; group < weights[0].length; group++) {
      double[] both =
          coefficients(
              products.norm(0, group), products.norm(1, group), products.product(0, 1, group), t);
      weights[0][group] = (float) both[0];
      weights[1][group] = (float) both[1];
    }
    return weights;
  }

  /** Linear where the arc has no length, and where the vectors point apart and have no arc. */
  private static double[] coefficients(double norm0, double norm1, double product, double t) {
    double lengths = Math.max(norm0, SHORTEST) * Math.max(norm1, SHORTEST);
    double angle = Math.acos(Math.clamp(product / lengths, -1.0, 1.0));
    double sine = Math.sin(angle);
    return Math.abs(sine) < SMALLEST_SINE
        ? new double[] {1 - t, t}
        : new double[] {Math.sin((1 - t) * angle) / sine, Math.sin(t * angle) / sine};
  }
}
