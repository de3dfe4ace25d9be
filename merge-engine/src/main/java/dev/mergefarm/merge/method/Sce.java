package dev.mergefarm.merge.method;

import dev.mergefarm.merge.method.ParameterSpec.Scope;
import java.util.List;
import java.util.Optional;

/**
 * Select, calculate, erase: changes that vary most, weighted by their energy, where signs agree.
 */
final class Sce implements MergeMethod {

  static final ParameterSpec SELECT_TOPK =
      ParameterSpec.number(
              "select_topk",
              Scope.GLOBAL,
              1.0,
              "The share of elements to merge, those where the models' changes vary most.")
          .within(ParameterRange.atLeast(0));

  @Override
  public String name() {
    return "sce";
  }

  @Override
  public String title() {
    return "SCE";
  }

  @Override
  public String description() {
    return "Merges the changes that vary most between models, each model weighted by the size of its changes, where signs agree.";
  }

  @Override
  public Optional<String> reference() {
    return Optional.of("https://arxiv.org/abs/2408.07990");
  }

  @Override
  public List<ParameterSpec> parameters() {
    return List.of(SELECT_TOPK, TaskVectorMethod.INT8_MASK);
  }

  @Override
  public BaseModelRule baseModelRule() {
    return BaseModelRule.REQUIRED;
  }

  @Override
  public ModelCount modelCount() {
    return ModelCount.atLeast(0);
  }

  @Override
  public ShapeRule shapeRule() {
    return ShapeRule.SAME;
  }

  @Override
  public int passes(TensorMerge tensor) {
    return tensor.number(SELECT_TOPK) < 1 ? 6 : 2;
  }

  @Override
  public Stage start(TensorMerge tensor) {
    int base = tensor.base().orElseThrow();
    List<Integer> inputs = tensor.others();
    if (inputs.isEmpty()) {
      return new Stage.Copy(base);
    }
    if (tensor.number(SELECT_TOPK) >= 1) {
      return weigh(new VaryingChanges(base, inputs, Optional.empty()));
    }
    ChangeVariance variance = new ChangeVariance(base, inputs);
    return new Stage.Reduce<>(
        new NonZeroCount(variance), count -> select(tensor, variance, count[0]));
  }

  /** The number of elements to keep is a product in float32. */
  private static Stage select(TensorMerge tensor, ChangeVariance variance, long varying) {
    long kept = (long) ((float) varying * (float) tensor.number(SELECT_TOPK));
    if (kept == 0) {
      return new Stage.Copy(variance.base());
    }
    return MagnitudeSelection.stages(
        variance,
        new long[][] {{kept}},
        tensor.shape().elements(),
        cuts ->
            weigh(new VaryingChanges(variance.base(), variance.inputs(), Optional.of(cuts[0][0]))));
  }

  private static Stage weigh(VaryingChanges changes) {
    return new Stage.Reduce<>(
        new ChangeEnergy(changes), energy -> new Stage.Map(new WeighedChanges(changes, energy)));
  }
}
