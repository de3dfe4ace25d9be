package dev.mergefarm.merge.method;

/**
 * One launch of a compiled kernel in the making. Fields are written in the order in which the
 * kernel's parameter structure declares them, each at its natural alignment; the slice's first
 * element and its number of elements, both 64 bits, are already there.
 */
public interface KernelCall {

  /** Most inputs that a kernel's parameter describes. */
  int MOST_INPUTS = 32;

  /** The slice of an input: its address and how its elements are stored. */
  KernelCall input(int index);

  /** The slice of an input's companion. */
  KernelCall companion(int index);

  /** The slice of the output. */
  KernelCall output();

  KernelCall int32(int value);

  KernelCall int64(long value);

  /** An address on the device, such as {@link KernelSlice#table} gives. */
  default KernelCall address(long value) {
    return int64(value);
  }

  KernelCall float32(float value);

  KernelCall float64(double value);

  /** Launches enough threads for all elements of the slice, eight for each thread at a time. */
  void overElements();

  /**
   * Launches blocks of threads that divide items among themselves; as many as the device runs at
   * the same time, at most one for each item.
   *
   * @param threads of a block; a multiple of 32
   * @param sharedBytes of dynamic shared memory for a block
   */
  void overItems(long items, int threads, int sharedBytes);
}
