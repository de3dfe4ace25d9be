package dev.mergefarm.merge.cuda;

import dev.mergefarm.merge.method.KernelCall;
import dev.mergefarm.merge.method.KernelSlice;
import java.util.Optional;
import java.util.function.LongConsumer;

/** Launches over one slice. */
record SliceLaunches(
    Device device,
    DeviceStream stream,
    TensorScratch tensor,
    DeviceSlice slice,
    long elements,
    long result,
    Optional<DeviceVector> output)
    implements KernelSlice {

  /** Blocks that one processor runs at the same time, at most, as the kernels are written. */
  private static final int BLOCKS_PER_PROCESSOR = 8;

  @Override
  public long first() {
    return slice.first();
  }

  @Override
  public long count() {
    return slice.count();
  }

  @Override
  public long table(float[] values) {
    return tensor.table(values);
  }

  @Override
  public long scratch(long bytes) {
    return tensor.temporary(bytes);
  }

  @Override
  public long kept(Object key, long bytes, LongConsumer fill) {
    return tensor.kept(key, bytes, slice.first(), fill);
  }

  @Override
  public int sharedMemory() {
    return device.sharedMemoryPerBlock();
  }

  @Override
  public int residentBlocks() {
    return device.multiprocessors() * BLOCKS_PER_PROCESSOR;
  }

  @Override
  public KernelCall kernel(String name) {
    return new ParameterBlock(this, name).int64(first()).int64(count());
  }
}
