package dev.mergefarm.storage.safetensors;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Builds safetensors files byte by byte, sound or not. */
final class HeaderSample {

  private HeaderSample() {}

  /** A file with this header text, its true length, and as many zero bytes of data. */
  static byte[] file(String header, int dataBytes) {
    return file(header.getBytes(StandardCharsets.UTF_8), dataBytes);
  }

  static byte[] file(byte[] header, int dataBytes) {
    return fileStating(header.length, header, dataBytes);
  }

  /** A file that states a header length of its own choice. */
  static byte[] fileStating(long statedLength, byte[] header, int dataBytes) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(
        ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(statedLength).array());
    out.writeBytes(header);
    out.writeBytes(new byte[dataBytes]);
    return out.toByteArray();
  }

  static String tensor(String name, String dataType, String shape, String offsets) {
    return "\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":%s}"
        .formatted(name, dataType, shape, offsets);
  }

  static String header(String... entries) {
    return "{" + String.join(",", entries) + "}";
  }
}
