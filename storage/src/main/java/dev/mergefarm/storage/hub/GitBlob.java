package dev.mergefarm.storage.hub;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Git's digest of a file, which a hub lists for small files. Detects damage, not forgery. */
final class GitBlob {

  private final MessageDigest digest;

  /**
   * @param size of the file in bytes
   */
  GitBlob(long size) {
    try {
      digest = MessageDigest.getInstance("SHA-1");
    } catch (NoSuchAlgorithmException impossible) {
      throw new MergefarmException(ErrorCode.INTERNAL, "No SHA-1 here.", impossible);
    }
    digest.update(("blob " + size + "\0").getBytes(StandardCharsets.US_ASCII));
  }

  void update(MemorySegment block) {
    digest.update(block.toArray(ValueLayout.JAVA_BYTE));
  }

  String finish() {
    return HexFormat.of().formatHex(digest.digest());
  }
}
