package dev.mergefarm.merge.method;

import dev.mergefarm.common.Problems;
import dev.mergefarm.merge.method.ParameterSpec.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the methods of the task arithmetic family share: differences from a base are thinned out,
 * rescaled, weighted, summed, with or without a sign consensus, and added to the base. A method
 * says how it thins out and what its defaults are.
 */
abstract class TaskVectorMethod implements MergeMethod {

  static final ParameterSpec WEIGHT =
      ParameterSpec.requiredNumber(
          "weight", Scope.PER_MODEL, "The factor on the model's difference from the base.");
  static final ParameterSpec DENSITY =
      ParameterSpec.number(
              "density", Scope.PER_MODEL, 1.0, "The share of the difference's elements to keep.")
          .within(ParameterRange.atLeast(0));
  static final ParameterSpec LAMBDA =
      ParameterSpec.number("lambda", Scope.GLOBAL, 1.0, "The factor on the summed differences.");
  static final ParameterSpec NORMALIZE =
      ParameterSpec.flag("normalize", false, "Whether to divide by the sum of the weights.");
  static final ParameterSpec RESCALE =
      ParameterSpec.flag(
          "rescale",
          false,
          "Whether to restore the L1 norm of a difference after thinning it out.");
  static final ParameterSpec INT8_MASK =
      ParameterSpec.flag("int8_mask", false, "Accepted for compatibility; changes no number.");

  private final boolean consensus;
  private final boolean normalizes;
  private final boolean rescales;

  /**
   * @param consensus whether signs are elected
   * @param normalizes the default of {@link #NORMALIZE}
   * @param rescales the default of {@link #RESCALE}
   */
  TaskVectorMethod(boolean consensus, boolean normalizes, boolean rescales) {
    this.consensus = consensus;
    this.normalizes = normalizes;
    this.rescales = rescales;
  }

  /** Parameters of one method only. */
  List<ParameterSpec> ownParameters() {
    return List.of();
  }

  /**
   * The stages that decide what is kept, ending with {@link Finish#with}.
   *
   * @param inputs the models, by index among the inputs
   */
  abstract Stage thinOut(TensorMerge tensor, List<Integer> inputs, Finish finish);

  /** Continues once each model's mask is known. */
  @FunctionalInterface
  interface Finish {
    Stage with(List<DeltaMask> masks);
  }

  @Override
  public final List<ParameterSpec> parameters() {
    List<ParameterSpec> parameters = new ArrayList<>(List.of(WEIGHT, DENSITY));
    parameters.addAll(ownParameters());
    parameters.add(NORMALIZE.withDefault(normalizes));
    parameters.add(RESCALE.withDefault(rescales));
    parameters.add(LAMBDA);
    parameters.add(INT8_MASK);
    return List.copyOf(parameters);
  }

  @Override
  public final BaseModelRule baseModelRule() {
    return BaseModelRule.REQUIRED;
  }

  @Override
  public final ModelCount modelCount() {
    return ModelCount.atLeast(0);
  }

  @Override
  public final ShapeRule shapeRule() {
    return ShapeRule.TRIM_TO_BASE;
  }

  @Override
  public Optional<String> reference() {
    return Optional.of("https://arxiv.org/abs/2212.04089");
  }

  @Override
  public void check(TensorMerge tensor, String path, Problems problems) {
    for (int input : tensor.others()) {
      checkModel(tensor, input, path + " of " + tensor.inputs().get(input).model(), problems);
    }
  }

  /** Adds what is wrong with one model's parameters. */
  void checkModel(TensorMerge tensor, int input, String path, Problems problems) {}

  @Override
  public final Stage start(TensorMerge tensor) {
    int base = tensor.base().orElseThrow();
    List<Integer> inputs = tensor.others();
    if (inputs.isEmpty()) {
      return new Stage.Copy(base);
    }
    return thinOut(tensor, inputs, masks -> rescale(tensor, base, inputs, masks));
  }

  private Stage rescale(TensorMerge tensor, int base, List<Integer> inputs, List<DeltaMask> masks) {
    List<TaskVector> vectors = new ArrayList<>();
    for (int i = 0; i < inputs.size(); i++) {
      float weight = (float) tensor.number(WEIGHT, inputs.get(i));
      vectors.add(new TaskVector(inputs.get(i), weight, masks.get(i), 1));
    }
    boolean thinned = masks.stream().anyMatch(mask -> !mask.keepsAll());
    if (!thinned || !tensor.flag(RESCALE.withDefault(rescales))) {
      return sum(tensor, base, vectors);
    }
    KeptMagnitudes reduction = KeptMagnitudes.of(base, vectors, tensor.shape().elements());
    return new Stage.Reduce<>(reduction, sums -> sum(tensor, base, reduction.rescaled(sums)));
  }

  private Stage sum(TensorMerge tensor, int base, List<TaskVector> vectors) {
    return new Stage.Map(
        new TaskVectorSum(
            base,
            vectors,
            consensus,
            tensor.flag(NORMALIZE.withDefault(normalizes)),
            (float) tensor.number(LAMBDA)));
  }

  /** Whether a model's difference is kept whole. */
  static boolean keepsAll(TensorMerge tensor, int input) {
    return tensor.number(DENSITY, input) >= 1;
  }
}
