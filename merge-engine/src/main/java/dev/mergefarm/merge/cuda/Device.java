package dev.mergefarm.merge.cuda;

import java.lang.foreign.MemorySegment;

/**
 * One device that runs the merge kernels: memory of its own, streams of work, and a launch by name.
 * Addresses are plain numbers in the device's address space. Calls that take a stream return before
 * the work is done and run in the order in which they were enqueued there. Safe for many threads.
 *
 * <p>Failures are {@link dev.mergefarm.common.MergefarmException} with {@code DEVICE_MEMORY} when
 * memory runs out, after which the device goes on working, and {@code DEVICE_FAILED} for everything
 * else, after which it does not.
 */
public interface Device extends AutoCloseable {

  /** What it is, for people, such as {@code cuda:0 NVIDIA H200}. */
  String name();

  /** Most bytes that {@link #allocate} may hand out at the same time. */
  long memoryBudget();

  /** Processors that run blocks of threads side by side, 1 or more. */
  int multiprocessors();

  /** Most shared memory that one block of threads may ask for, in bytes; 48 KiB or more. */
  int sharedMemoryPerBlock();

  /**
   * Memory on the device with arbitrary content, aligned to 256 bytes.
   *
   * @throws dev.mergefarm.common.MergefarmException {@code DEVICE_MEMORY} where there is not enough
   */
  DeviceMemory allocate(long bytes);

  /** Memory of this machine that the device copies from and to without help of a processor. */
  PinnedMemory allocatePinned(long bytes);

  /** A new stream, independent of all others. */
  DeviceStream openStream();

  /** A new event that has not been recorded. */
  DeviceEvent openEvent();

  /**
   * Copies to the device.
   *
   * @param source native memory; pinned, or the call may wait. It must not change until done
   */
  void copyIn(MemorySegment source, long target, DeviceStream stream);

  /**
   * Copies from the device.
   *
   * @param target native memory; pinned, or the call may wait. It holds the content once done
   */
  void copyOut(long source, MemorySegment target, DeviceStream stream);

  /** Copies within the device; the ranges must not overlap. */
  void copy(long source, long target, long bytes, DeviceStream stream);

  /** Sets every byte of a range. */
  void fill(long target, long bytes, byte value, DeviceStream stream);

  /**
   * Runs a kernel.
   *
   * @param kernel its name in the kernels' source
   * @param parameters the kernel's one parameter, a structure passed by value: native memory of
   *     {@link #LARGEST_PARAMETERS} bytes, of which the kernel takes as many as its structure has;
   *     copied before the call returns
   */
  void launch(String kernel, LaunchShape shape, MemorySegment parameters, DeviceStream stream);

  /** Most bytes of a kernel's parameter. */
  int LARGEST_PARAMETERS = 4096;

  /** Gives everything back; nothing may be in use. */
  @Override
  void close();
}
