package dev.mergefarm.merge.input;

import dev.mergefarm.merge.method.TensorBlocks;
import dev.mergefarm.storage.tensor.DataType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Turns elements of the computable types into floats and back, rounding to nearest, ties to even.
 */
public final class FloatCodec {

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private FloatCodec() {}

  /** Reads consecutive elements of a tensor as floats. */
  public static float[] read(TensorBlocks blocks, long firstElement, int count) {
    int width = blocks.dataType().bytes();
    MemorySegment bytes = MemorySegment.ofArray(new byte[Math.multiplyExact(count, width)]);
    if (count > 0) {
      blocks.read(firstElement, bytes);
    }
    return decode(bytes, blocks.dataType());
  }

  static float[] decode(MemorySegment source, DataType type) {
    float[] values = new float[Math.toIntExact(source.byteSize() / type.bytes())];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (type) {
            case F32 -> source.get(FLOAT, 4L * i);
            case F16 -> Float.float16ToFloat(source.get(SHORT, 2L * i));
            case BF16 -> Float.intBitsToFloat(source.get(SHORT, 2L * i) << 16);
            default -> throw new IllegalArgumentException("no arithmetic on " + type);
          };
    }
    return values;
  }

  public static void encode(float[] values, DataType type, MemorySegment target) {
    for (int i = 0; i < values.length; i++) {
      switch (type) {
        case F32 -> target.set(FLOAT, 4L * i, values[i]);
        case F16 -> target.set(SHORT, 2L * i, Float.floatToFloat16(values[i]));
        case BF16 -> target.set(SHORT, 2L * i, brainFloat(values[i]));
        default -> throw new IllegalArgumentException("no arithmetic on " + type);
      }
    }
  }

  private static short brainFloat(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      return (short) ((bits >>> 16) | 0x40);
    }
    int odd = (bits >>> 16) & 1;
    return (short) ((bits + 0x7fff + odd) >>> 16);
  }
}
