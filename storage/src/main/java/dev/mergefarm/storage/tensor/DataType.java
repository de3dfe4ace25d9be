package dev.mergefarm.storage.tensor;

import java.util.Optional;

/** The element types of the safetensors format, with their names there. */
public enum DataType {
  BOOL(8),
  U8(8),
  I8(8),
  F8_E5M2(8),
  F8_E4M3(8),
  I16(16),
  U16(16),
  F16(16),
  BF16(16),
  I32(32),
  U32(32),
  F32(32),
  F64(64),
  I64(64),
  U64(64);

  private final int bits;

  DataType(int bits) {
    this.bits = bits;
  }

  /** Size of one element in bytes. */
  public int bytes() {
    return bits / 8;
  }

  /** Whether merge arithmetic is defined on it: F32, F16 and BF16. */
  public boolean computable() {
    return this == F32 || this == F16 || this == BF16;
  }

  /** The type with this safetensors name. */
  public static Optional<DataType> named(String name) {
    for (DataType type : values()) {
      if (type.name().equals(name)) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }
}
