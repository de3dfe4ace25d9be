package dev.mergefarm.merge.method;

import dev.mergefarm.merge.method.ParameterSpec.Scope;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Keeps changes that one model alone made, and averages those that several made. */
final class Ram implements MergeMethod {

  static final ParameterSpec EPSILON =
      ParameterSpec.number(
              "epsilon", Scope.GLOBAL, 1e-5, "Changes up to this magnitude do not count.")
          .within(ParameterRange.atLeast(0));

  @Override
  public String name() {
    return "ram";
  }

  @Override
  public String title() {
    return "Reinforced Agent Merging";
  }

  @Override
  public String description() {
    return "Keeps what one model alone changed, and averages what several changed over those.";
  }

  @Override
  public Optional<String> reference() {
    return Optional.of("https://arxiv.org/abs/2601.13572");
  }

  @Override
  public List<ParameterSpec> parameters() {
    return List.of(EPSILON);
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
  public Stage start(TensorMerge tensor) {
    int base = tensor.base().orElseThrow();
    List<Integer> inputs = tensor.others();
    float[] factors = new float[inputs.size()];
    Arrays.fill(factors, 1);
    return inputs.isEmpty()
        ? new Stage.Copy(base)
        : new Stage.Map(new ActiveSum(base, inputs, (float) tensor.number(EPSILON), factors));
  }
}
