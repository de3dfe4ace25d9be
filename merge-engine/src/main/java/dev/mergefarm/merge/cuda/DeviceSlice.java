package dev.mergefarm.merge.cuda;

import java.util.List;

/**
 * A stretch of one tensor's inputs on a device.
 *
 * @param first flat index of the first element; a multiple of the stage's {@linkplain
 *     TensorKernels#granule granule}
 * @param count number of elements, 1 or more; a multiple of the granule unless the tensor ends
 * @param inputs the stretch of each input, in the tensor's order. For a copy only the copied one is
 *     looked at
 * @param companions the stretch of each input's companion; empty unless the stage reads them
 */
public record DeviceSlice(
    long first, long count, List<DeviceVector> inputs, List<DeviceVector> companions) {

  public DeviceSlice {
    inputs = List.copyOf(inputs);
    companions = List.copyOf(companions);
    if (first < 0 || count < 1) {
      throw new IllegalArgumentException(
          "a slice needs elements, found " + count + " from " + first + " on");
    }
  }

  public DeviceSlice(long first, long count, List<DeviceVector> inputs) {
    this(first, count, inputs, List.of());
  }
}
