package dev.mergefarm.merge.method;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problems;
import dev.mergefarm.merge.method.ParameterSpec.Scope;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Spherical interpolation between the base and one other model. */
final class Slerp implements MergeMethod {

  static final ParameterSpec T =
      ParameterSpec.requiredNumber(
          "t", Scope.GLOBAL, "Where between the base (0) and the other model (1).");

  /** Vectors shorter than this have no direction. */
  private static final double SHORTEST = 1e-8;

  /** Beyond this cosine, of either sign, the interpolation is linear. */
  private static final double NEARLY_PARALLEL = 0.9995;

  @Override
  public String name() {
    return "slerp";
  }

  @Override
  public String title() {
    return "SLERP";
  }

  @Override
  public String description() {
    return "Interpolates between two models along the arc from one tensor's direction to the other's.";
  }

  @Override
  public Optional<String> reference() {
    return Optional.of("https://en.wikipedia.org/wiki/Slerp");
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
    return ShapeRule.TRIM_TO_SMALLEST;
  }

  @Override
  public int passes(TensorMerge tensor) {
    return 2;
  }

  @Override
  public void check(TensorMerge tensor, String path, Problems problems) {
    if (tensor.inputs().size() > 2) {
      problems.error(
          ErrorCode.INVALID_VALUE,
          path,
          "slerp takes exactly two models, the base being one; found " + tensor.inputs().size());
    }
  }

  @Override
  public Stage start(TensorMerge tensor) {
    if (tensor.inputs().size() == 1) {
      return new Stage.Copy(0);
    }
    int base = tensor.base().orElseThrow();
    double t = tensor.number(T);
    GramReduction reduction = new GramReduction(List.of(base, 1 - base), OptionalInt.empty());
    return new Stage.Reduce<>(reduction, gram -> new Stage.Map(interpolation(gram, t, base)));
  }

  private static WeightedSum interpolation(Gram gram, double t, int base) {
    double cosine = gram.cosine(0, 1, SHORTEST);
    double ofBase = 1 - t;
    double ofOther = t;
    if (Math.abs(cosine) <= NEARLY_PARALLEL) {
      double angle = Math.acos(cosine);
      ofBase = Math.sin(angle - angle * t) / Math.sin(angle);
      ofOther = Math.sin(angle * t) / Math.sin(angle);
    }
    float[] weights = new float[2];
    weights[base] = (float) ofBase;
    weights[1 - base] = (float) ofOther;
    return new WeightedSum(weights, 1);
  }
}
