package dev.mergefarm.merge.method;

import dev.mergefarm.common.Problems;
import java.util.List;
import java.util.Optional;

/** Random elements of each task vector, large ones more likely. */
final class DellaLinear extends TaskVectorMethod {

  DellaLinear() {
    super(false, false, true);
  }

  @Override
  public String name() {
    return "della_linear";
  }

  @Override
  public String title() {
    return "Linear DELLA";
  }

  @Override
  public String description() {
    return "Drops elements of each difference at random, small ones more often, and adds up the rest.";
  }

  @Override
  public Optional<String> reference() {
    return Optional.of("https://arxiv.org/abs/2406.11617");
  }

  @Override
  public int passes(TensorMerge tensor) {
    return RandomThinning.passes(tensor);
  }

  @Override
  List<ParameterSpec> ownParameters() {
    return List.of(RankedThinning.EPSILON);
  }

  @Override
  void checkModel(TensorMerge tensor, int input, String path, Problems problems) {
    RankedThinning.check(tensor, input, path, problems);
  }

  @Override
  Stage thinOut(TensorMerge tensor, List<Integer> inputs, Finish finish) {
    return finish.with(RankedThinning.masks(tensor, inputs));
  }
}
