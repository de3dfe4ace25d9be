package dev.mergefarm.merge.method;

import java.util.List;
import java.util.Optional;

/** Drop and rescale: random elements of each task vector, where signs agree. */
final class DareTies extends TaskVectorMethod {

  DareTies() {
    super(true, false, true);
  }

  @Override
  public String name() {
    return "dare_ties";
  }

  @Override
  public String title() {
    return "DARE TIES";
  }

  @Override
  public String description() {
    return "Drops elements of each difference at random, rescales the rest, and averages where signs agree.";
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
