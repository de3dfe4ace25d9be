package dev.mergefarm.merge.cuda;

import dev.mergefarm.merge.method.KernelReduction;
import dev.mergefarm.merge.method.Stage;
import dev.mergefarm.merge.method.TensorMerge;
import dev.mergefarm.storage.tensor.DataType;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * The work of one tensor on a device, stage by stage, each over one or more slices in order: {@link
 * #reduce} for every slice and then {@link #finish}, which gives the next stage; at the end {@link
 * #write} for every slice. Used by one thread. The owner closes it once the stream has done what
 * was enqueued.
 */
public final class TensorKernels implements AutoCloseable {

  private final Device device;
  private final DeviceStream stream;
  private final TensorMerge tensor;
  private final TensorScratch scratch;
  private Optional<Reducing<?>> reducing = Optional.empty();

  TensorKernels(Device device, DeviceStream stream, TensorMerge tensor) {
    this.device = device;
    this.stream = stream;
    this.tensor = tensor;
    scratch = new TensorScratch(device, stream);
  }

  /** A reduction under way, and where its result grows. */
  private record Reducing<R>(
      Stage.Reduce<R> stage, KernelReduction<R> kernels, DeviceMemory result) {

    Stage next(MemorySegment found, long elements) {
      return stage.next().apply(kernels.result(found, elements));
    }
  }

  /** The first stage. */
  public Stage start() {
    return suited(tensor.start());
  }

  /** Goes from a reduction to others that lead to the same and suit a device better. */
  static Stage suited(Stage stage) {
    Stage current = stage;
    while (current instanceof Stage.Reduce<?> reduce) {
      Optional<Stage> other = otherStages(reduce);
      if (other.isEmpty()) {
        return current;
      }
      current = other.get();
    }
    return current;
  }

  private static <R> Optional<Stage> otherStages(Stage.Reduce<R> reduce) {
    return reduce.reduction().kernelStages(reduce.next());
  }

  /** Why a stage of this tensor must run on the CPU; then the other methods must not be called. */
  public Optional<String> refusal(Stage stage) {
    return StageKernels.refusal(tensor, stage);
  }

  /** What slices of a stage must be multiples of, in elements. */
  public long granule(Stage stage) {
    return StageKernels.granule(stage);
  }

  /** Enqueues the part of a reduction that reads a slice. */
  public void reduce(Stage.Reduce<?> stage, DeviceSlice slice) {
    if (reducing.isEmpty() || reducing.get().stage() != stage) {
      reducing = Optional.of(begin(stage));
    }
    Reducing<?> current = reducing.get();
    current.kernels().launch(launches(slice, current.result().address(), Optional.empty()));
  }

  private <R> Reducing<R> begin(Stage.Reduce<R> stage) {
    KernelReduction<R> kernels = stage.reduction().kernels().orElseThrow();
    long bytes = kernels.resultBytes(elements());
    DeviceMemory result = scratch.allocate(bytes);
    device.fill(result.address(), bytes, (byte) 0, stream);
    return new Reducing<>(stage, kernels, result);
  }

  /** Waits for a reduction whose slices are all enqueued, and asks it for the next stage. */
  public Stage finish(Stage.Reduce<?> stage) {
    Reducing<?> finished = reducing.filter(current -> current.stage() == stage).orElseThrow();
    reducing = Optional.empty();
    DeviceMemory result = finished.result();
    try (PinnedMemory found = device.allocatePinned(result.bytes())) {
      device.copyOut(result.address(), found.segment(), stream);
      stream.synchronize();
      scratch.release(result);
      return suited(finished.next(found.segment(), elements()));
    }
  }

  /**
   * Enqueues the computation of a slice of the output.
   *
   * @param stage a map or a copy
   * @param output where the slice's output goes, a multiple of an element's size
   */
  public void write(Stage stage, DeviceSlice slice, long output) {
    switch (stage) {
      case Stage.Reduce<?> reduce ->
          throw new IllegalArgumentException("a reduction writes nothing: " + reduce);
      case Stage.Map map ->
          map.map().kernels().orElseThrow().launch(launches(slice, 0, outputAt(output)));
      case Stage.Copy copy -> copy(copy, slice, output);
    }
  }

  private void copy(Stage.Copy copy, DeviceSlice slice, long output) {
    DeviceVector input = slice.inputs().get(copy.input());
    DataType type = tensor.outputType();
    if (input.type() == type) {
      device.copy(input.address(), output, type.bytesFor(slice.count()), stream);
    } else {
      SliceLaunches launches = launches(slice, 0, outputAt(output));
      launches.kernel("convert").output().input(copy.input()).overElements();
    }
  }

  private Optional<DeviceVector> outputAt(long address) {
    return Optional.of(new DeviceVector(tensor.outputType(), address));
  }

  private SliceLaunches launches(DeviceSlice slice, long result, Optional<DeviceVector> output) {
    return new SliceLaunches(device, stream, scratch, slice, elements(), result, output);
  }

  private long elements() {
    return tensor.shape().elements();
  }

  @Override
  public void close() {
    scratch.close();
  }
}
