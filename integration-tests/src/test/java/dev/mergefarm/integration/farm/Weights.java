package dev.mergefarm.integration.farm;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.util.JsonFormat;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** The bf16 tensors of one safetensors file. */
public final class Weights {

  /**
   * Where a tensor lies.
   *
   * @param offset of its first byte in the file
   */
  public record Range(int offset, int elements) {}

  private final byte[] content;
  private final Map<String, Range> tensors = new LinkedHashMap<>();

  public Weights(byte[] content) {
    this.content = content;
    int length = (int) ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN).getLong();
    Struct.Builder header = Struct.newBuilder();
    try {
      JsonFormat.parser()
          .merge(new String(content, Long.BYTES, length, StandardCharsets.UTF_8), header);
    } catch (InvalidProtocolBufferException malformed) {
      throw new IllegalArgumentException(malformed);
    }
    header
        .getFieldsMap()
        .forEach(
            (name, value) -> {
              if (!name.equals("__metadata__")) {
                ListValue offsets =
                    value.getStructValue().getFieldsOrThrow("data_offsets").getListValue();
                int start = (int) offsets.getValues(0).getNumberValue();
                int end = (int) offsets.getValues(1).getNumberValue();
                tensors.put(name, new Range(Long.BYTES + length + start, (end - start) / 2));
              }
            });
  }

  public Map<String, Range> tensors() {
    return Map.copyOf(tensors);
  }

  public float value(String tensor, int element) {
    return Float.intBitsToFloat(bits(tensor, element) << 16);
  }

  /** A number's place among all bf16 numbers, so that neighbours differ by one. */
  public int ordinal(String tensor, int element) {
    int bits = bits(tensor, element);
    return bits < 0x8000 ? bits : 0x8000 - bits;
  }

  private int bits(String tensor, int element) {
    int at = tensors.get(tensor).offset() + 2 * element;
    return (content[at] & 0xff) | (content[at + 1] & 0xff) << 8;
  }
}
