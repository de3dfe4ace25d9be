package dev.mergefarm.merge.cuda.driver;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.merge.cuda.Device;
import dev.mergefarm.merge.cuda.DeviceEvent;
import dev.mergefarm.merge.cuda.DeviceMemory;
import dev.mergefarm.merge.cuda.DeviceStream;
import dev.mergefarm.merge.cuda.LaunchShape;
import dev.mergefarm.merge.cuda.PinnedMemory;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import jcuda.Pointer;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdevice_attribute;
import jcuda.driver.CUevent;
import jcuda.driver.CUfunction;
import jcuda.driver.CUfunction_attribute;
import jcuda.driver.CUmodule;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import jcuda.driver.CUstream_flags;
import jcuda.driver.JCudaDriver;

/**
 * A GPU. Works in the device's primary context, which every call makes current on its thread, so
 * that threads can be shared with other devices and other libraries.
 */
public final class JCudaDevice implements Device {

  /** Of a device's free memory, unless a budget is given: 80 %. */
  public static final double DEFAULT_SHARE = 0.8;

  /** Pinned memory that is kept for reductions' results: 64 MiB. */
  private static final long MOST_PINNED_KEPT = 64L << 20;

  /** What pinned memory is rounded up to, so that results of other lengths fit as well. */
  private static final long PINNED_UNIT = 64L << 10;

  /** Shared memory that a kernel may use without asking. */
  private static final int COMMON_SHARED_BYTES = 48 << 10;

  private final GraphicsProcessor description;
  private final CUdevice device = new CUdevice();
  private final CUcontext context = new CUcontext();
  private final CUmodule module = new CUmodule();
  private final Map<String, CUfunction> functions = new ConcurrentHashMap<>();
  private final MemoryPool pool;
  private final MemoryPool pinned =
      new MemoryPool(new HostMemory(), Long.MAX_VALUE, MOST_PINNED_KEPT);
  private final int multiprocessors;
  private final int sharedMemoryPerBlock;

  private JCudaDevice(GraphicsProcessor description, byte[] kernels, OptionalLong budget) {
    this.description = description;
    DriverCalls.check(JCudaDriver.cuDeviceGet(device, description.ordinal()), "cuDeviceGet");
    DriverCalls.check(
        JCudaDriver.cuDevicePrimaryCtxRetain(context, device), "cuDevicePrimaryCtxRetain");
    try {
      enter();
      multiprocessors =
          DriverProbe.attribute(
              device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT);
      sharedMemoryPerBlock =
          DriverProbe.attribute(
              device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN);
      pool =
          new MemoryPool(
              new DriverMemory(), budget.orElseGet(JCudaDevice::shareOfFree), Long.MAX_VALUE);
      DriverCalls.check(JCudaDriver.cuModuleLoadData(module, kernels), "cuModuleLoadData");
    } catch (RuntimeException failure) {
      JCudaDriver.cuDevicePrimaryCtxRelease(device);
      throw failure;
    }
  }

  /**
   * Makes a device ready for work.
   *
   * @param kernels a fatbin with code for the device
   * @param memoryBudget in bytes; empty for {@link #DEFAULT_SHARE} of what is free now
   */
  public static JCudaDevice open(
      GraphicsProcessor device, byte[] kernels, OptionalLong memoryBudget) {
    return new JCudaDevice(device, kernels, memoryBudget);
  }

  private static long shareOfFree() {
    long[] free = {0};
    long[] total = {0};
    DriverCalls.check(JCudaDriver.cuMemGetInfo(free, total), "cuMemGetInfo");
    return Math.max(1, (long) (free[0] * DEFAULT_SHARE));
  }

  /** Makes the device's context the calling thread's. */
  void enter() {
    DriverCalls.check(JCudaDriver.cuCtxSetCurrent(context), "cuCtxSetCurrent");
  }

  @Override
  public String name() {
    return description.name();
  }

  @Override
  public long memoryBudget() {
    return pool.budget();
  }

  @Override
  public int multiprocessors() {
    return multiprocessors;
  }

  @Override
  public int sharedMemoryPerBlock() {
    return sharedMemoryPerBlock;
  }

  @Override
  public DeviceMemory allocate(long bytes) {
    return new Pooled(pool.allocate(bytes), bytes);
  }

  @Override
  public PinnedMemory allocatePinned(long bytes) {
    long rounded = (bytes + PINNED_UNIT - 1) / PINNED_UNIT * PINNED_UNIT;
    MemoryPool.Stretch stretch = pinned.allocate(rounded);
    return new Pinned(stretch, MemorySegment.ofAddress(stretch.address()).reinterpret(bytes));
  }

  @Override
  public DeviceStream openStream() {
    enter();
    CUstream stream = new CUstream();
    DriverCalls.check(
        JCudaDriver.cuStreamCreate(stream, CUstream_flags.CU_STREAM_NON_BLOCKING),
        "cuStreamCreate");
    return new JCudaStream(this, stream);
  }

  @Override
  public DeviceEvent openEvent() {
    enter();
    CUevent event = new CUevent();
    DriverCalls.check(JCudaDriver.cuEventCreate(event, 0), "cuEventCreate");
    return new JCudaEvent(this, event);
  }

  @Override
  public void copyIn(MemorySegment source, long target, DeviceStream stream) {
    enter();
    DriverCalls.check(
        JCudaDriver.cuMemcpyHtoDAsync(
            Addresses.ofDevice(target),
            Addresses.ofHost(source),
            source.byteSize(),
            JCudaStream.handle(stream)),
        "cuMemcpyHtoDAsync");
  }

  @Override
  public void copyOut(long source, MemorySegment target, DeviceStream stream) {
    enter();
    DriverCalls.check(
        JCudaDriver.cuMemcpyDtoHAsync(
            Addresses.ofHost(target),
            Addresses.ofDevice(source),
            target.byteSize(),
            JCudaStream.handle(stream)),
        "cuMemcpyDtoHAsync");
  }

  @Override
  public void copy(long source, long target, long bytes, DeviceStream stream) {
    enter();
    DriverCalls.check(
        JCudaDriver.cuMemcpyDtoDAsync(
            Addresses.ofDevice(target),
            Addresses.ofDevice(source),
            bytes,
            JCudaStream.handle(stream)),
        "cuMemcpyDtoDAsync");
  }

  @Override
  public void fill(long target, long bytes, byte value, DeviceStream stream) {
    enter();
    DriverCalls.check(
        JCudaDriver.cuMemsetD8Async(
            Addresses.ofDevice(target), value, bytes, JCudaStream.handle(stream)),
        "cuMemsetD8Async");
  }

  @Override
  public void launch(
      String kernel, LaunchShape shape, MemorySegment parameters, DeviceStream stream) {
    if (parameters.byteSize() > LARGEST_PARAMETERS) {
      throw new IllegalArgumentException(
          "a kernel's parameter has at most "
              + LARGEST_PARAMETERS
              + " bytes, found "
              + parameters.byteSize());
    }
    enter();
    DriverCalls.check(
        JCudaDriver.cuLaunchKernel(
            functions.computeIfAbsent(kernel, this::function),
            shape.blocks(),
            1,
            1,
            shape.threads(),
            1,
            1,
            shape.sharedBytes(),
            JCudaStream.handle(stream),
            Pointer.to(Addresses.ofHost(parameters)),
            null),
        "the launch of " + kernel);
  }

  private CUfunction function(String kernel) {
    CUfunction function = new CUfunction();
    DriverCalls.check(
        JCudaDriver.cuModuleGetFunction(function, module, kernel), "looking up kernel " + kernel);
    if (sharedMemoryPerBlock > COMMON_SHARED_BYTES) {
      DriverCalls.check(
          JCudaDriver.cuFuncSetAttribute(
              function,
              CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES,
              sharedMemoryPerBlock),
          "cuFuncSetAttribute");
    }
    return function;
  }

  /** Memory that nobody asks for any more is the pool's until the device is closed. */
  @Override
  public void close() {
    enter();
    pool.close();
    pinned.close();
    DriverCalls.check(JCudaDriver.cuModuleUnload(module), "cuModuleUnload");
    DriverCalls.check(JCudaDriver.cuDevicePrimaryCtxRelease(device), "cuDevicePrimaryCtxRelease");
  }

  private final class DriverMemory implements MemoryPool.Source {
    @Override
    public long allocate(long bytes) {
      enter();
      Addresses.Allocated pointer = new Addresses.Allocated();
      DriverCalls.check(JCudaDriver.cuMemAlloc(pointer, bytes), "cuMemAlloc of " + bytes);
      return pointer.address();
    }

    @Override
    public void free(long address) {
      enter();
      DriverCalls.check(JCudaDriver.cuMemFree(Addresses.ofDevice(address)), "cuMemFree");
    }
  }

  private final class Pooled implements DeviceMemory {
    private final MemoryPool.Stretch stretch;
    private final long bytes;
    private boolean closed;

    Pooled(MemoryPool.Stretch stretch, long bytes) {
      this.stretch = stretch;
      this.bytes = bytes;
    }

    @Override
    public long address() {
      return stretch.address();
    }

    @Override
    public long bytes() {
      return bytes;
    }

    @Override
    public synchronized void close() {
      if (!closed) {
        closed = true;
        pool.release(stretch);
      }
    }
  }

  private final class HostMemory implements MemoryPool.Source {
    @Override
    public long allocate(long bytes) {
      enter();
      Addresses.Pinned pointer = new Addresses.Pinned();
      int code = JCudaDriver.cuMemHostAlloc(pointer, bytes, JCudaDriver.CU_MEMHOSTALLOC_PORTABLE);
      if (code == CUresult.CUDA_ERROR_OUT_OF_MEMORY) {
        throw new MergefarmException(
            ErrorCode.DEVICE_FAILED, "This machine has no " + bytes + " bytes to pin.");
      }
      DriverCalls.check(code, "cuMemHostAlloc");
      return pointer.address();
    }

    @Override
    public void free(long address) {
      enter();
      DriverCalls.check(
          JCudaDriver.cuMemFreeHost(Addresses.ofHost(MemorySegment.ofAddress(address))),
          "cuMemFreeHost");
    }
  }

  private final class Pinned implements PinnedMemory {
    private final MemoryPool.Stretch stretch;
    private final MemorySegment segment;
    private boolean closed;

    Pinned(MemoryPool.Stretch stretch, MemorySegment segment) {
      this.stretch = stretch;
      this.segment = segment;
    }

    @Override
    public MemorySegment segment() {
      return segment;
    }

    @Override
    public synchronized void close() {
      if (!closed) {
        closed = true;
        pinned.release(stretch);
      }
    }
  }
}
