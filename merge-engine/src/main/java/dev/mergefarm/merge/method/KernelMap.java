package dev.mergefarm.merge.method;

/** An {@link ElementMap} on a device: the same bits by compiled kernels. */
@FunctionalInterface
public interface KernelMap {

  /** Launches what fills the output of a slice. */
  void launch(KernelSlice slice);

  /**
   * Memory that it takes on the device beside inputs and output, in bytes.
   *
   * @param elements of the whole tensor
   */
  default long extraBytes(long elements) {
    return 0;
  }
}
