package dev.mergefarm.merge.cuda.check;

import dev.mergefarm.merge.cuda.Device;
import dev.mergefarm.merge.cuda.DeviceMemory;
import dev.mergefarm.merge.cuda.DeviceSlice;
import dev.mergefarm.merge.cuda.DeviceStream;
import dev.mergefarm.merge.cuda.DeviceVector;
import dev.mergefarm.merge.cuda.PinnedMemory;
import dev.mergefarm.merge.cuda.StageKernels;
import dev.mergefarm.merge.cuda.TensorKernels;
import dev.mergefarm.merge.method.MergeInput;
import dev.mergefarm.merge.method.Stage;
import dev.mergefarm.merge.method.TensorMerge;
import dev.mergefarm.storage.tensor.DataType;
import dev.mergefarm.storage.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/** Measures one merge whose inputs lie in a device's memory. */
final class TimedMerge {

  /** Elements of a row, and of what is repeated, as many rows as that. */
  private static final int COLUMNS = 4096;

  private static final int PATTERN_ROWS = 256;

  private final Device device;
  private final DeviceStream stream;
  private final TensorMerge tensor;
  private final DeviceSlice whole;
  private final long output;

  private TimedMerge(
      Device device, DeviceStream stream, TensorMerge tensor, DeviceSlice whole, long output) {
    this.device = device;
    this.stream = stream;
    this.tensor = tensor;
    this.whole = whole;
    this.output = output;
  }

  /**
   * What was measured.
   *
   * @param mapSeconds of the last stage alone
   * @param mapBytes that it reads and writes, each counted once
   * @param allSeconds of all stages, with what the host decides between them
   * @param allBytes that all stages read and write
   */
  record Times(double mapSeconds, long mapBytes, double allSeconds, long allBytes) {}

  /** Measures a merge of tensors with this many elements. */
  static Times measure(Device device, Variant variant, DataType type, long elements) {
    Shape shape = Shape.of(elements / COLUMNS, COLUMNS);
    Shape pattern = Shape.of(Math.min(PATTERN_ROWS, shape.dimension(0)), COLUMNS);
    TensorMerge tensor = large(MergeCases.typical(variant, type, pattern).merge(), shape);
    List<DeviceMemory> memory = new ArrayList<>();
    try (DeviceStream stream = device.openStream()) {
      List<DeviceVector> inputs = new ArrayList<>();
      for (MergeInput input : tensor.inputs()) {
        DeviceMemory allocated = device.allocate(type.bytesFor(elements));
        memory.add(allocated);
        fill(device, stream, (SyntheticBlocks) input.blocks(), allocated);
        inputs.add(new DeviceVector(type, allocated.address()));
      }
      DeviceMemory output = device.allocate(tensor.bytes());
      memory.add(output);
      DeviceSlice whole = new DeviceSlice(0, elements, inputs);
      return new TimedMerge(device, stream, tensor, whole, output.address()).times();
    } finally {
      memory.forEach(DeviceMemory::close);
    }
  }

  private static TensorMerge large(TensorMerge small, Shape shape) {
    List<MergeInput> inputs = new ArrayList<>();
    for (MergeInput input : small.inputs()) {
      SyntheticBlocks blocks = new SyntheticBlocks((MemoryBlocks) input.blocks(), shape);
      inputs.add(new MergeInput(input.model(), blocks, input.parameters()));
    }
    return new TensorMerge(
        small.method(),
        small.name(),
        inputs,
        small.base(),
        small.parameters(),
        small.outputType(),
        small.seed());
  }

  /** Copies the pattern there once and from there on. */
  private static void fill(
      Device device, DeviceStream stream, SyntheticBlocks blocks, DeviceMemory target) {
    long bytes = blocks.pattern().content().byteSize();
    try (PinnedMemory pinned = device.allocatePinned(bytes)) {
      blocks.read(0, pinned.segment());
      device.copyIn(pinned.segment(), target.address(), stream);
      for (long done = bytes; done < target.bytes(); ) {
        long piece = Math.min(done, target.bytes() - done);
        device.copy(target.address(), target.address() + done, piece, stream);
        done += piece;
      }
      stream.synchronize();
    }
  }

  private Times times() {
    long[] bytes = new long[1];
    double all = Ceilings.seconds(device, stream, () -> bytes[0] = merge());
    try (TensorKernels kernels = new StageKernels(device).open(tensor, stream)) {
      Stage last = reduceAll(kernels);
      double map = Ceilings.seconds(device, stream, () -> kernels.write(last, whole, output));
      stream.synchronize();
      return new Times(map, tensor.inputBytes() + tensor.bytes(), all, bytes[0]);
    }
  }

  private long merge() {
    try (TensorKernels kernels = new StageKernels(device).open(tensor, stream)) {
      long bytes = tensor.inputBytes() + tensor.bytes();
      Stage stage = kernels.start();
      while (stage instanceof Stage.Reduce<?> reduce) {
        kernels.reduce(reduce, whole);
        stage = kernels.finish(reduce);
        bytes += tensor.inputBytes();
      }
      kernels.write(stage, whole, output);
      stream.synchronize();
      return bytes;
    }
  }

  private Stage reduceAll(TensorKernels kernels) {
    Stage stage = kernels.start();
    while (stage instanceof Stage.Reduce<?> reduce) {
      kernels.reduce(reduce, whole);
      stage = kernels.finish(reduce);
    }
    return stage;
  }
}
