package dev.mergefarm.merge.method;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problems;
import java.util.List;
import java.util.Optional;

/** Trim, elect sign, merge: the largest magnitudes of each task vector, where signs agree. */
final class Ties extends TaskVectorMethod {

  Ties() {
    super(true, true, false);
  }

  @Override
  public String name() {
    return "ties";
  }

  @Override
  public String title() {
    return "TIES";
  }

  @Override
  public String description() {
    return "Keeps each difference's largest elements, elects a sign for each element, and averages"
        + " what agrees.";
  }

  @Override
  public Optional<String> reference() {
    return Optional.of("https://arxiv.org/abs/2306.01708");
  }

  @Override
  public int passes(TensorMerge tensor) {
    return tensor.others().stream().allMatch(input -> keepsAll(tensor, input)) ? 1 : 4;
  }

  @Override
  void checkModel(TensorMerge tensor, int input, String path, Problems problems) {
    if (tensor.number(DENSITY, input) <= 0) {
      problems.error(
          ErrorCode.INVALID_VALUE, path, "density must be above 0, so that something is kept");
    }
  }

  @Override
  Stage thinOut(TensorMerge tensor, List<Integer> inputs, Finish finish) {
    long elements = tensor.shape().elements();
    long[][] kept = new long[inputs.size()][];
    for (int i = 0; i < kept.length; i++) {
      kept[i] = new long[] {kept(tensor.number(DENSITY, inputs.get(i)), elements)};
    }
    KeyRows rows = new KeyRows.TaskVectors(inputs, tensor.base().orElseThrow());
    return MagnitudeSelection.stages(
        rows, kept, elements, cuts -> finish.with(masks(cuts, kept, elements)));
  }

  /** The product is formed in float64 and cut off; a tiny tensor keeps at least one element. */
  private static long kept(double density, long elements) {
    return density >= 1 ? elements : Math.max(1, (long) (density * elements));
  }

  private static List<DeltaMask> masks(MagnitudeCut[][] cuts, long[][] kept, long elements) {
    DeltaMask[] masks = new DeltaMask[cuts.length];
    for (int i = 0; i < masks.length; i++) {
      masks[i] = kept[i][0] >= elements ? new DeltaMask.All() : new DeltaMask.Largest(cuts[i][0]);
    }
    return List.of(masks);
  }
}
