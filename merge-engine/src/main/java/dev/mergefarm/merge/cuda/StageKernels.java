package dev.mergefarm.merge.cuda;

import dev.mergefarm.merge.method.ElementMap;
import dev.mergefarm.merge.method.KernelCall;
import dev.mergefarm.merge.method.Reduction;
import dev.mergefarm.merge.method.SlabWork;
import dev.mergefarm.merge.method.Stage;
import dev.mergefarm.merge.method.TensorMerge;
import java.util.Optional;

/**
 * Turns the stages of a merge into launches of kernels on one device. Says first whether it can: a
 * stage without kernels is for the CPU, with the reason in words. Safe for many threads; what it
 * opens is for one.
 */
public final class StageKernels {

  private final Device device;

  public StageKernels(Device device) {
    this.device = device;
  }

  /** Why a tensor must be merged on the CPU, as far as can be told beforehand. */
  public Optional<String> refusal(TensorMerge tensor) {
    if (tensor.inputs().size() > KernelCall.MOST_INPUTS) {
      return Optional.of(
          tensor.inputs().size() + " models; the kernels take at most " + KernelCall.MOST_INPUTS);
    }
    return tensor.shape().elements() == 0
        ? Optional.of("a tensor without elements")
        : refusal(tensor, TensorKernels.suited(tensor.start()));
  }

  /** Why a stage of a tensor must run on the CPU. The whole tensor is then merged there. */
  public static Optional<String> refusal(TensorMerge tensor, Stage stage) {
    boolean exists =
        switch (stage) {
          case Stage.Reduce<?> reduce -> reduce.reduction().kernels().isPresent();
          case Stage.Map map -> map.map().kernels().isPresent();
          case Stage.Copy copy -> copies(tensor, copy);
        };
    return exists
        ? Optional.empty()
        : Optional.of(tensor.method().name() + " has a step without a kernel: " + name(stage));
  }

  private static boolean copies(TensorMerge tensor, Stage.Copy copy) {
    var type = tensor.inputs().get(copy.input()).blocks().dataType();
    return type == tensor.outputType() || type.computable() && tensor.outputType().computable();
  }

  private static String name(Stage stage) {
    return switch (stage) {
      case Stage.Reduce<?> reduce -> reduce.reduction().getClass().getSimpleName();
      case Stage.Map map -> map.map().getClass().getSimpleName();
      case Stage.Copy copy -> "a copy to another element type";
    };
  }

  /**
   * What slices of a stage must be multiples of, in elements: whole segments of a sum and whole
   * slabs.
   */
  public static long granule(Stage stage) {
    return work(stage).map(SlabWork::segmentElements).orElse((long) Reduction.SEGMENT);
  }

  /** Whether slices of a stage must have the inputs' companions. */
  public static boolean readsCompanions(Stage stage) {
    return work(stage).map(SlabWork::readsCompanions).orElse(false);
  }

  private static Optional<SlabWork> work(Stage stage) {
    return switch (stage) {
      case Stage.Reduce<?> reduce -> Optional.of(reduce.reduction());
      case Stage.Map map -> Optional.of(map.map());
      case Stage.Copy copy -> Optional.empty();
    };
  }

  /**
   * Device memory that a stage takes beside inputs and output, in bytes, however it is sliced.
   *
   * @param elements of the whole tensor
   */
  public static long extraBytes(Stage stage, long elements) {
    return switch (stage) {
      case Stage.Reduce<?> reduce -> extraBytes(reduce.reduction(), elements);
      case Stage.Map map -> extraBytes(map.map(), elements);
      case Stage.Copy copy -> 0;
    };
  }

  private static <R> long extraBytes(Reduction<R> reduction, long elements) {
    return reduction
        .kernels()
        .map(kernels -> kernels.resultBytes(elements) + kernels.extraBytes(elements))
        .orElse(0L);
  }

  private static long extraBytes(ElementMap map, long elements) {
    return map.kernels().map(kernels -> kernels.extraBytes(elements)).orElse(0L);
  }

  /**
   * Begins the work on one tensor.
   *
   * @param stream where all its work goes; the caller enqueues there what must come before
   */
  public TensorKernels open(TensorMerge tensor, DeviceStream stream) {
    return new TensorKernels(device, stream, tensor);
  }
}
