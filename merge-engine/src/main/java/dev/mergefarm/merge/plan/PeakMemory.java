package dev.mergefarm.merge.plan;

import dev.mergefarm.merge.input.TensorOrigin;
import java.util.List;

/** How much memory running a plan takes at most. */
public final class PeakMemory {

  /** What the result of another recipe keeps of tensors that are read in parts, in bytes. */
  public static final long KEPT_BYTES = 256L << 20;

  /** Tensors whose adapters' factors can be in memory at the same time. */
  private static final int TENSORS_AT_ONCE = 4;

  private PeakMemory() {}

  /**
   * The bound for a plan.
   *
   * @param engine what the engine's buffers take for any tensors, in bytes
   */
  static long of(long engine, List<PlannedModel> models, List<PlannedTensor> tensors) {
    long factors =
        tensors.stream()
            .mapToLong(
                tensor ->
                    tensor.inputs().stream().mapToLong(input -> factors(input.origin())).sum())
            .max()
            .orElse(0);
    long given =
        tensors.stream()
            .flatMap(tensor -> tensor.inputs().stream())
            .filter(input -> input.origin() instanceof TensorOrigin.Given)
            .mapToLong(input -> Float.BYTES * input.origin().shape().elements())
            .sum();
    long stages = 0;
    for (PlannedModel model : models) {
      if (model instanceof PlannedModel.Stage(MergePlan plan)) {
        long largest =
            plan.tensors().stream().mapToLong(tensor -> tensor.spec().bytes()).max().orElse(0);
        stages += plan.summary().peakMemoryBytes() + Math.max(KEPT_BYTES, largest);
      }
    }
    return engine + TENSORS_AT_ONCE * factors + given + stages;
  }

  private static long factors(TensorOrigin origin) {
    return switch (origin) {
      case TensorOrigin.Stored _, TensorOrigin.Given _ -> 0;
      case TensorOrigin.Joined joined ->
          joined.parts().stream().mapToLong(PeakMemory::factors).sum();
      case TensorOrigin.Gathered gathered ->
          gathered.matrices().stream().mapToLong(PeakMemory::factors).sum();
      case TensorOrigin.Shifted shifted -> factors(shifted.weight());
      case TensorOrigin.Varied varied -> factors(varied.weight());
      case TensorOrigin.Adapted adapted ->
          factors(adapted.weight())
              + Float.BYTES
                  * (adapted.update().down().shape().elements()
                      + adapted.update().up().shape().elements());
    };
  }
}
