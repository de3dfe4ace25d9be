package dev.mergefarm.merge.cuda.check;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
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
import dev.mergefarm.merge.method.TensorBlocks;
import dev.mergefarm.merge.method.TensorMerge;
import dev.mergefarm.storage.tensor.DataType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Merges one tensor on a device in the simplest way: everything is copied there, one step after the
 * other, into memory that was filled with rubbish before. Used by one thread.
 */
final class DeviceRun implements AutoCloseable {

  private static final byte RUBBISH = (byte) 0xd3;

  private final Device device;
  private final DeviceStream stream;
  private final int misalignment;
  private final long granules;
  private final List<DeviceMemory> memory = new ArrayList<>();

  /**
   * @param misalignment elements by which tensors lie beside an aligned address
   * @param granules most granules of a slice; slices may be many
   */
  DeviceRun(Device device, int misalignment, long granules) {
    this.device = device;
    this.misalignment = misalignment;
    this.granules = granules;
    stream = device.openStream();
  }

  /** The output's bytes. */
  MemorySegment merge(TensorMerge tensor) {
    long elements = tensor.shape().elements();
    List<DeviceVector> inputs = new ArrayList<>();
    List<DeviceVector> companions = new ArrayList<>();
    for (MergeInput input : tensor.inputs()) {
      inputs.add(copy(input.blocks(), elements));
      input.companion().ifPresent(blocks -> companions.add(copy(blocks, elements)));
    }
    DeviceVector output = allocate(tensor.outputType(), elements);
    try (TensorKernels kernels = new StageKernels(device).open(tensor, stream)) {
      Stage stage = kernels.start();
      while (stage instanceof Stage.Reduce<?> reduce) {
        refuse(kernels, reduce);
        for (DeviceSlice slice : slices(reduce, elements, inputs, companions)) {
          kernels.reduce(reduce, slice);
        }
        stage = kernels.finish(reduce);
      }
      refuse(kernels, stage);
      for (DeviceSlice slice : slices(stage, elements, inputs, companions)) {
        kernels.write(stage, slice, at(output, slice.first()).address());
      }
      return copyOut(output, elements);
    }
  }

  private static void refuse(TensorKernels kernels, Stage stage) {
    Optional<String> reason = kernels.refusal(stage);
    if (reason.isPresent()) {
      throw new MergefarmException(ErrorCode.INTERNAL, reason.get());
    }
  }

  private DeviceVector allocate(DataType type, long elements) {
    long offset = (long) misalignment * type.bytes();
    DeviceMemory allocated = device.allocate(type.bytesFor(elements) + offset);
    memory.add(allocated);
    device.fill(allocated.address(), allocated.bytes(), RUBBISH, stream);
    return new DeviceVector(type, allocated.address() + offset);
  }

  private DeviceVector copy(TensorBlocks blocks, long elements) {
    DeviceVector vector = allocate(blocks.dataType(), elements);
    try (PinnedMemory pinned = device.allocatePinned(blocks.dataType().bytesFor(elements))) {
      blocks.read(0, pinned.segment());
      device.copyIn(pinned.segment(), vector.address(), stream);
      stream.synchronize();
    }
    return vector;
  }

  private MemorySegment copyOut(DeviceVector vector, long elements) {
    MemorySegment bytes = Arena.ofAuto().allocate(vector.type().bytesFor(elements), Long.BYTES);
    try (PinnedMemory pinned = device.allocatePinned(bytes.byteSize())) {
      device.copyOut(vector.address(), pinned.segment(), stream);
      stream.synchronize();
      bytes.copyFrom(pinned.segment());
    }
    return bytes;
  }

  private List<DeviceSlice> slices(
      Stage stage, long elements, List<DeviceVector> inputs, List<DeviceVector> companions) {
    long most = Math.max(1, StageKernels.granule(stage)) * granules;
    List<DeviceSlice> slices = new ArrayList<>();
    for (long first = 0; first < elements; first += most) {
      long from = first;
      slices.add(
          new DeviceSlice(
              first,
              Math.min(most, elements - first),
              inputs.stream().map(vector -> at(vector, from)).toList(),
              companions.stream().map(vector -> at(vector, from)).toList()));
    }
    return slices;
  }

  private static DeviceVector at(DeviceVector vector, long element) {
    return new DeviceVector(vector.type(), vector.address() + vector.type().bytesFor(element));
  }

  @Override
  public void close() {
    stream.close();
    memory.forEach(DeviceMemory::close);
  }
}
