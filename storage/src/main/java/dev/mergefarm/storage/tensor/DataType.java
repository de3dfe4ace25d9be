package dev.mergefarm.storage.tensor;

import java.util.Optional;

/**
 * The element types of the safetensors format, with their names there. All can be read and copied
 * as bytes; arithmetic is defined on the {@link #computable} ones.
 */
public enum DataType {
  BOOL(8),
  /** 4-bit floating point, two elements in a byte. */
  F4(4),
  /** 6-bit floating point, packed. */
  F6_E2M3(6),
  /** 6-bit floating point, packed. */
  F6_E3M2(6),
  U8(8),
  I8(8),
  F8_E5M2(8),
  F8_E4M3(8),
  /** Power-of-two scale of a block-scaled format. */
  F8_E8M0(8),
  F8_E4M3FNUZ(8),
  F8_E5M2FNUZ(8),
  I16(16),
  U16(16),
  F16(16),
  BF16(16),
  I32(32),
  U32(32),
  F32(32),
  /** Complex number of two 32-bit floats. */
  C64(64),
  F64(64),
  I64(64),
  U64(64);

  private final int bits;

  DataType(int bits) {
    this.bits = bits;
  }

  /** Size of one element in bits. */
  public int bits() {
    return bits;
  }

  /** Whether elements are packed, several to a byte. */
  public boolean packed() {
    return bits % Byte.SIZE != 0;
  }

  /**
   * Size of one element in bytes.
   *
   * @throws UnsupportedOperationException for a {@link #packed} type, which has no such size
   */
  public int bytes() {
    if (packed()) {
      throw new UnsupportedOperationException(name() + " elements are smaller than a byte");
    }
    return bits / Byte.SIZE;
  }

  /**
   * Size of a number of elements in bytes.
   *
   * @throws ArithmeticException if it passes a long, or if packed elements do not fill whole bytes
   */
  public long bytesFor(long elements) {
    if (!packed()) {
      return Math.multiplyExact(elements, (long) bytes());
    }
    long total = Math.multiplyExact(elements, (long) bits);
    if (total % Byte.SIZE != 0) {
      throw new ArithmeticException(elements + " elements of " + name() + " end within a byte");
    }
    return total / Byte.SIZE;
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
