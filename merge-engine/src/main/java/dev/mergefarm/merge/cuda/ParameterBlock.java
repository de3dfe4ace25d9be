package dev.mergefarm.merge.cuda;

import dev.mergefarm.merge.method.KernelCall;
import dev.mergefarm.storage.tensor.DataType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A kernel's parameter structure as bytes, laid out as C++ does. */
final class ParameterBlock implements KernelCall {

  private static final int THREADS = 256;
  private static final int ELEMENTS_OF_A_THREAD = 8;

  /** Set beside the element type when the first element is aligned to 16 bytes. */
  private static final int ALIGNED = 16;

  private final SliceLaunches launches;
  private final String kernel;
  private final ByteBuffer bytes =
      ByteBuffer.allocate(Device.LARGEST_PARAMETERS).order(ByteOrder.LITTLE_ENDIAN);

  ParameterBlock(SliceLaunches launches, String kernel) {
    this.launches = launches;
    this.kernel = kernel;
  }

  @Override
  public KernelCall input(int index) {
    return vector(launches.slice().inputs().get(index));
  }

  @Override
  public KernelCall companion(int index) {
    return vector(launches.slice().companions().get(index));
  }

  @Override
  public KernelCall output() {
    return vector(launches.output().orElseThrow());
  }

  private KernelCall vector(DeviceVector vector) {
    int aligned = vector.address() % 16 == 0 ? ALIGNED : 0;
    return int64(vector.address()).int32(code(vector.type()) | aligned).int32(0);
  }

  private static int code(DataType type) {
    return switch (type) {
      case F32 -> 0;
      case F16 -> 1;
      case BF16 -> 2;
      default -> throw new IllegalArgumentException("no arithmetic is defined on " + type);
    };
  }

  @Override
  public KernelCall int32(int value) {
    align(Integer.BYTES).putInt(value);
    return this;
  }

  @Override
  public KernelCall int64(long value) {
    align(Long.BYTES).putLong(value);
    return this;
  }

  @Override
  public KernelCall float32(float value) {
    align(Float.BYTES).putFloat(value);
    return this;
  }

  @Override
  public KernelCall float64(double value) {
    align(Double.BYTES).putDouble(value);
    return this;
  }

  private ByteBuffer align(int width) {
    return bytes.position((bytes.position() + width - 1) / width * width);
  }

  @Override
  public void overElements() {
    long threads = (launches.count() + ELEMENTS_OF_A_THREAD - 1) / ELEMENTS_OF_A_THREAD;
    overItems((threads + THREADS - 1) / THREADS, THREADS, 0);
  }

  @Override
  public void overItems(long items, int threads, int sharedBytes) {
    int blocks = Math.clamp(items, 1, launches.residentBlocks());
    bytes.clear();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment parameters = arena.allocate(Device.LARGEST_PARAMETERS, Long.BYTES);
      parameters.copyFrom(MemorySegment.ofBuffer(bytes));
      LaunchShape shape = new LaunchShape(blocks, threads, sharedBytes);
      launches.device().launch(kernel, shape, parameters, launches.stream());
    }
  }
}
