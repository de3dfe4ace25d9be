package dev.mergefarm.merge.method;

import dev.mergefarm.merge.method.ParameterSpec.Scope;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/** The point of a sphere with the smallest sum of squared distances to the models. */
final class Karcher implements MergeMethod {

  static final ParameterSpec MAX_ITERATIONS =
      new ParameterSpec(
          "max_iter",
          ParameterSpec.Type.INTEGER,
          Scope.GLOBAL,
          ParameterRange.atLeast(0),
          Optional.of(10),
          false,
          "The largest number of steps.");
  static final ParameterSpec TOLERANCE =
      ParameterSpec.number(
              "tol", Scope.GLOBAL, 1e-5, "The length of a step that ends the iteration.")
          .within(ParameterRange.atLeast(0));

  @Override
  public String name() {
    return "karcher";
  }

  @Override
  public String title() {
    return "Karcher Mean";
  }

  @Override
  public String description() {
    return "Finds the mean direction of several models on a sphere, step by step, and gives it their mean length.";
  }

  @Override
  public Optional<String> reference() {
    return Optional.of("https://en.wikipedia.org/wiki/Karcher_mean");
  }

  @Override
  public List<ParameterSpec> parameters() {
    return List.of(MAX_ITERATIONS, TOLERANCE);
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
  public int passes(TensorMerge tensor) {
    return 2;
  }

  @Override
  public Stage start(TensorMerge tensor) {
    int count = tensor.inputs().size();
    if (count == 1) {
      return new Stage.Copy(0);
    }
    List<Integer> inputs = IntStream.range(0, count).boxed().toList();
    int steps = (int) tensor.number(MAX_ITERATIONS);
    double tolerance = tensor.number(TOLERANCE);
    return new Stage.Reduce<>(
        new GramReduction(inputs, OptionalInt.empty()),
        gram -> VectorSum.of(tensor, inputs, coefficients(gram, steps, tolerance)));
  }

  private static double[] coefficients(Gram gram, int steps, double tolerance) {
    UnitGram units = UnitGram.of(gram, 0);
    double[] shares = new double[units.count()];
    double norms = 0;
    int kept = 0;
    for (int i = 0; i < shares.length; i++) {
      norms += gram.norm(i);
      shares[i] = gram.norm(i) > tolerance ? 1 : 0;
      kept += (int) shares[i];
    }
    if (kept == 0) {
      return new double[shares.length];
    }
    double[] equal = UnitGram.combine(1.0 / kept, shares, 0, shares);
    double[] mean = start(units, equal, tolerance);
    for (int step = 0; step < steps; step++) {
      double[] tangent = tangent(units, equal, mean, tolerance);
      double length = units.norm(tangent);
      if (length < tolerance) {
        break;
      }
      mean = UnitGram.combine(Math.cos(length), mean, Math.sin(length) / length, tangent);
      double norm = units.norm(mean);
      mean = norm > tolerance ? UnitGram.combine(1 / norm, mean, 0, mean) : mean;
    }
    return units.unscaled(mean, norms / shares.length);
  }

  /** The direction of the plain mean, or the first model's where that has none. */
  private static double[] start(UnitGram units, double[] equal, double tolerance) {
    double norm = units.norm(equal);
    if (norm >= tolerance) {
      return UnitGram.combine(1 / norm, equal, 0, equal);
    }
    double[] first = new double[equal.length];
    first[IntStream.range(0, equal.length).filter(i -> equal[i] > 0).findFirst().orElse(0)] = 1;
    return first;
  }

  /** The mean of the logarithms of all models at a point. */
  private static double[] tangent(UnitGram units, double[] equal, double[] mean, double tolerance) {
    double[] tangent = new double[equal.length];
    double along = 0;
    for (int i = 0; i < equal.length; i++) {
      double cosine = Math.clamp(units.dot(i, mean), -1.0, 1.0);
      double angle = Math.acos(cosine);
      if (equal[i] > 0 && angle >= tolerance) {
        tangent[i] = equal[i] * angle / Math.sin(angle);
        along += tangent[i] * cosine;
      }
    }
    return UnitGram.combine(1, tangent, -along, mean);
  }
}
