package dev.mergefarm.merge.cuda.check;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.merge.cuda.Device;
import dev.mergefarm.merge.cuda.StageKernels;
import dev.mergefarm.merge.execution.CpuTensorMerger;
import dev.mergefarm.merge.execution.ExecutionSettings;
import dev.mergefarm.merge.kernel.Kernels;
import dev.mergefarm.merge.kernel.PlainBlockMath;
import dev.mergefarm.merge.method.TensorMerge;
import dev.mergefarm.merge.method.TensorMerger;
import dev.mergefarm.merge.method.TensorSink;
import dev.mergefarm.storage.tensor.DataType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/** Compares what a device computes with what the plain arithmetic of the CPU does. */
public final class DeviceCheck implements AutoCloseable {

  private final Device device;
  private final TensorMerger plain;

  public DeviceCheck(Device device) {
    this.device = device;
    plain =
        new CpuTensorMerger(
            Kernels.plain("it defines the answer"), new ExecutionSettings(1, 1 << 20, 1 << 26));
  }

  /** Why a device cannot do a case. */
  public Optional<String> refusal(MergeCase merge) {
    return new StageKernels(device).refusal(merge.merge());
  }

  /**
   * Merges on the device and on the CPU.
   *
   * @param misalignment elements by which tensors lie beside an aligned address, 0 or more
   * @param granules most granules of a slice, 1 or more; few make many slices
   * @return how the bits differ, or empty. Any NaN equals any other: which bits a NaN has is not
   *     the same on all processors
   */
  public Optional<String> difference(MergeCase merge, int misalignment, long granules) {
    TensorMerge tensor = merge.merge();
    MemorySegment expected = onCpu(tensor);
    try (DeviceRun run = new DeviceRun(device, misalignment, granules)) {
      return difference(tensor.outputType(), expected, run.merge(tensor))
          .map(what -> merge.name() + ": " + what);
    }
  }

  private MemorySegment onCpu(TensorMerge tensor) {
    MemorySegment bytes = Arena.ofAuto().allocate(tensor.bytes(), Long.BYTES);
    long[] written = new long[1];
    TensorSink sink =
        (of, block) -> {
          MemorySegment.copy(block, 0, bytes, written[0], block.byteSize());
          written[0] += block.byteSize();
        };
    plain.merge(List.of(tensor).iterator(), sink, Cancellation.NEVER);
    return bytes;
  }

  private static Optional<String> difference(
      DataType type, MemorySegment expected, MemorySegment found) {
    int count = Math.toIntExact(expected.byteSize() / type.bytes());
    float[] wanted = decode(type, expected, count);
    float[] got = decode(type, found, count);
    int differing = 0;
    int first = -1;
    for (int i = 0; i < count; i++) {
      // floatToIntBits gives every NaN the same bits.
      if (Float.floatToIntBits(wanted[i]) != Float.floatToIntBits(got[i])) {
        first = differing++ == 0 ? i : first;
      }
    }
    return differing == 0
        ? Optional.empty()
        : Optional.of(
            "%d of %d elements differ, first element %d: %s instead of %s"
                .formatted(differing, count, first, got[first], wanted[first]));
  }

  private static float[] decode(DataType type, MemorySegment bytes, int count) {
    float[] values = new float[count];
    new PlainBlockMath().decode(type, bytes, 0, values, count);
    return values;
  }

  @Override
  public void close() {
    plain.close();
  }
}
