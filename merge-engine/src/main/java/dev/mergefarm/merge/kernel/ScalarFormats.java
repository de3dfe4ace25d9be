package dev.mergefarm.merge.kernel;

import dev.mergefarm.storage.tensor.DataType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** One element at a time between stored formats and float32: the definition of each conversion. */
final class ScalarFormats {

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private ScalarFormats() {}

  /** A loop over decoded elements, from one row index up to another. */
  @FunctionalInterface
  interface Step {
    float apply(float decoded, int index);
  }

  /**
   * Sets {@code target[i]} from element i for i in {@code [from, count)}.
   *
   * @param offset of element 0, in bytes
   */
  static void decode(
      DataType type,
      MemorySegment source,
      long offset,
      float[] target,
      int from,
      int count,
      Step step) {
    switch (type) {
      case F32 -> {
        for (int i = from; i < count; i++) {
          target[i] = step.apply(source.get(FLOAT, offset + 4L * i), i);
        }
      }
      case BF16 -> {
        for (int i = from; i < count; i++) {
          target[i] = step.apply(fromBrain(source.get(SHORT, offset + 2L * i)), i);
        }
      }
      case F16 -> {
        for (int i = from; i < count; i++) {
          target[i] = step.apply(fromHalf(source.get(SHORT, offset + 2L * i)), i);
        }
      }
      default -> throw unsupported(type);
    }
  }

  static void encode(
      DataType type, float[] source, MemorySegment target, long offset, int from, int count) {
    switch (type) {
      case F32 -> {
        for (int i = from; i < count; i++) {
          target.set(FLOAT, offset + 4L * i, source[i]);
        }
      }
      case BF16 -> {
        for (int i = from; i < count; i++) {
          target.set(SHORT, offset + 2L * i, toBrain(source[i]));
        }
      }
      case F16 -> {
        for (int i = from; i < count; i++) {
          target.set(SHORT, offset + 2L * i, toHalf(source[i]));
        }
      }
      default -> throw unsupported(type);
    }
  }

  static IllegalArgumentException unsupported(DataType type) {
    return new IllegalArgumentException("no arithmetic is defined on " + type);
  }

  static float fromBrain(short bits) {
    return Float.intBitsToFloat(bits << 16);
  }

  /** To the nearest bfloat16, ties to even; a NaN keeps its sign and upper bits and turns quiet. */
  static short toBrain(float value) {
    int bits = Float.floatToRawIntBits(value);
    boolean nan = (bits & 0x7fffffff) > 0x7f800000;
    int rounded = nan ? bits | 0x00400000 : bits + ((bits >>> 16) & 1) + 0x7fff;
    return (short) (rounded >>> 16);
  }

  /**
   * Moves the half's exponent and fraction to float32's places and multiplies by 2^112, which is
   * exact and also normalises subnormal numbers; infinities and NaNs then get the largest exponent.
   */
  static float fromHalf(short half) {
    float magnitude = Float.intBitsToFloat((half & 0x7fff) << 13) * 0x1p112f;
    int bits = Float.floatToRawIntBits(magnitude);
    if (magnitude >= 65536f) {
      bits |= 0x7f800000;
    }
    return Float.intBitsToFloat(bits | (half & 0x8000) << 16);
  }

  /** To the nearest binary16, ties to even; a NaN becomes the quiet NaN of its sign. */
  static short toHalf(float value) {
    int bits = Float.floatToRawIntBits(value);
    int sign = bits >>> 16 & 0x8000;
    int magnitude = bits & 0x7fffffff;
    int half;
    if (magnitude > 0x7f800000) {
      half = 0x7e00;
    } else if (magnitude >= 0x477ff000) {
      half = 0x7c00; // 65520 and above round to infinity
    } else if (magnitude < 0x38800000) {
      // Below 2^-14: adding 0.5 leaves the fraction in units of 2^-24, rounded by the addition.
      half = Float.floatToRawIntBits(Float.intBitsToFloat(magnitude) + 0.5f) - 0x3f000000;
    } else {
      half = magnitude + ((magnitude >>> 13) & 1) - (112 << 23) + 0xfff >>> 13;
    }
    return (short) (sign | half);
  }
}
