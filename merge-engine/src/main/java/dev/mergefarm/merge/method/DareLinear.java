package dev.mergefarm.merge.method;

import java.util.List;
import java.util.Optional;

/** Drop and rescale: random elements of each task vector. */
final class DareLinear extends TaskVectorMethod {

  DareLinear() {
    super(false, false, true);
  }

  @Override
  public String name() {
    return "dare_linear";
  }

  @Override
  public String title() {
    return "Linear DARE";
  }

  @Override
  public String description() {
    return "Drops elements of each difference from a base at random, rescales the rest, and adds them up.";
  }

  @Override
  public Optional<String> reference() {
    return Optional.of("https://arxiv.org/abs/2311.03099");
  }

  @Override
  public int passes(TensorMerge tensor) {
    return RandomThinning.passes(tensor);
  }

  @Override
  Stage thinOut(TensorMerge tensor, List<Integer> inputs, Finish finish) {
    return finish.with(RandomThinning.masks(tensor, inputs));
  }
}
