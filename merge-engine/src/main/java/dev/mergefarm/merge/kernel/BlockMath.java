package dev.mergefarm.merge.kernel;

import dev.mergefarm.storage.tensor.DataType;
import java.lang.foreign.MemorySegment;

/**
 * Arithmetic on blocks of float32. Every operation handles the first {@code count} elements of its
 * rows and leaves the rest alone; a target may be one of the operands. Each elementary operation is
 * rounded to float32 (nearest, ties to even) and none is contracted, so that all implementations
 * give the same bits. Segments are native memory, at any alignment, little endian.
 */
public interface BlockMath {

  /** What the implementation is and why it was chosen, in one line. */
  String description();

  /** Decodes F32, F16 or BF16 elements, exactly. */
  void decode(DataType type, MemorySegment source, long offset, float[] target, int count);

  /** Encodes to F32, F16 or BF16, to the nearest, ties to even; a NaN stays a NaN. */
  void encode(DataType type, float[] source, MemorySegment target, long offset, int count);

  /** {@code target = decoded * weight}. */
  void decodeScaled(
      DataType type, MemorySegment source, long offset, float weight, float[] target, int count);

  /** {@code target += decoded * weight}, the product rounded first. */
  void decodeAddScaled(
      DataType type, MemorySegment source, long offset, float weight, float[] target, int count);

  /** {@code target = decoded - base}. */
  void decodeSubtract(
      DataType type, MemorySegment source, long offset, float[] base, float[] target, int count);

  /** {@code target = value} everywhere. */
  void fill(float[] target, float value, int count);

  /** {@code target = x + y}. */
  void add(float[] target, float[] x, float[] y, int count);

  /** {@code target = x - y}. */
  void subtract(float[] target, float[] x, float[] y, int count);

  /** {@code target = x * y}. */
  void multiply(float[] target, float[] x, float[] y, int count);

  /** {@code target = x / y}. */
  void divide(float[] target, float[] x, float[] y, int count);

  /** {@code target = x * factor}. */
  void scale(float[] target, float[] x, float factor, int count);

  /** {@code target = x / divisor}, a true division. */
  void divide(float[] target, float[] x, float divisor, int count);

  /** {@code target += x * factor}, the product rounded first. */
  void addScaled(float[] target, float[] x, float factor, int count);

  /** {@code target = |x|}. */
  void magnitude(float[] target, float[] x, int count);
}
