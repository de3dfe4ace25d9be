package dev.mergefarm.merge.method;

import java.util.function.LongConsumer;

/**
 * A stretch of a tensor that lies in a device's memory, for a stage that launches kernels over it.
 * Launches run in order. Used by one thread.
 */
public interface KernelSlice {

  /** Flat index of the first element. */
  long first();

  /** Number of elements, 1 or more. */
  long count();

  /** Elements of the whole tensor. */
  long elements();

  /** Address of the reduction's result, which was zero before the first slice. */
  long result();

  /** Address of a copy of an array, which must not change; copied once for a tensor. */
  long table(float[] values);

  /** Address of memory with arbitrary content for the launches of this slice. */
  long scratch(long bytes);

  /**
   * Address of memory that is kept from stage to stage until the tensor is done.
   *
   * @param key equal for all who share it
   * @param bytes for the whole tensor, zero at first
   * @param fill called with the address to launch what computes this slice's part, the first time
   *     that the slice is seen
   */
  long kept(Object key, long bytes, LongConsumer fill);

  /** Most dynamic shared memory that a block of threads may have, in bytes. */
  int sharedMemory();

  /** How many blocks of threads at most run at the same time, for scratch memory of each. */
  int residentBlocks();

  /** A launch of the kernel of that name. */
  KernelCall kernel(String name);
}
