package dev.mergefarm.merge.golden;

import dev.mergefarm.storage.tensor.DataType;
import dev.mergefarm.storage.tensor.TensorInfo;
import dev.mergefarm.storage.tensor.TensorSource;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Whole small tensors as numbers. */
final class GoldenTensors {

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private GoldenTensors() {}

  static float[] floats(TensorSource source, String name) {
    TensorInfo info = source.find(name).orElseThrow();
    MemorySegment bytes = MemorySegment.ofArray(new byte[(int) info.bytes()]);
    source.read(info, 0, bytes);
    float[] values = new float[(int) info.shape().elements()];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (info.dataType()) {
            case F32 -> bytes.get(FLOAT, 4L * i);
            case F16 -> Float.float16ToFloat(bytes.get(SHORT, 2L * i));
            case BF16 -> Float.intBitsToFloat(bytes.get(SHORT, 2L * i) << 16);
            default -> throw new IllegalStateException("no numbers in " + info);
          };
    }
    return values;
  }

  /** How many representable numbers of a type lie between two of its numbers. */
  static long unitsApart(float left, float right, DataType type) {
    return Math.abs(ordinal(left, type) - ordinal(right, type));
  }

  private static long ordinal(float value, DataType type) {
    int bits = Float.floatToIntBits(value);
    long magnitude =
        switch (type) {
          case F32 -> bits & 0x7fffffffL;
          case BF16 -> (bits & 0x7fffffffL) >>> 16;
          case F16 -> Float.floatToFloat16(value) & 0x7fffL;
          default -> throw new IllegalArgumentException(type.name());
        };
    return bits < 0 ? -magnitude : magnitude;
  }
}
