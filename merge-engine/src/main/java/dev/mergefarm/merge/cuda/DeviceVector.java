package dev.mergefarm.merge.cuda;

import dev.mergefarm.storage.tensor.DataType;
import java.util.Objects;

/**
 * Elements in a device's memory, as their checkpoint stores them.
 *
 * @param type of the elements
 * @param address of the first; a multiple of an element's size, and of 16 for full speed
 */
public record DeviceVector(DataType type, long address) {

  public DeviceVector {
    Objects.requireNonNull(type, "type");
    if (!type.packed() && address % type.bytes() != 0) {
      throw new IllegalArgumentException(type + " elements at the odd address " + address);
    }
  }
}
