package dev.mergefarm.storage.s3;

import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * The checksum that goes with each upload. CRC-32C costs a tenth of what the protocol's default,
 * SHA-256 of every byte, does, and the server checks it as well.
 */
final class Checksums {

  static final String HEADER = "x-amz-checksum-crc32c";

  private Checksums() {}

  /** Headers for a body that is in memory. */
  static Map<String, String> headers(byte[] content, int length) {
    CRC32C checksum = new CRC32C();
    checksum.update(content, 0, length);
    return Map.of(
        "X-Amz-Content-Sha256",
        "UNSIGNED-PAYLOAD",
        "x-amz-sdk-checksum-algorithm",
        "CRC32C",
        HEADER,
        encode(checksum));
  }

  /** The checksum as the protocol writes it. */
  static String encode(CRC32C checksum) {
    byte[] bytes = ByteBuffer.allocate(Integer.BYTES).putInt((int) checksum.getValue()).array();
    return Base64.getEncoder().encodeToString(bytes);
  }
}
