package dev.mergefarm.storage.manifest;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.storage.ObjectFolder;
import dev.mergefarm.storage.ObjectInfo;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A SHA-256 digest over memory segments as they stream by. Not thread safe. */
public final class Sha256 {

  private static final int STEP = 64 << 10;
  private static final int READ = 4 << 20;

  private final MessageDigest digest = create();
  private final byte[] step = new byte[STEP];

  /** Appends a block. */
  public void update(MemorySegment block) {
    for (long done = 0; done < block.byteSize(); ) {
      int length = (int) Math.min(STEP, block.byteSize() - done);
      MemorySegment.copy(block, ValueLayout.JAVA_BYTE, done, step, 0, length);
      digest.update(step, 0, length);
      done += length;
    }
  }

  /** The digest of all blocks in hexadecimal digits; starts anew. */
  public String finish() {
    return HexFormat.of().formatHex(digest.digest());
  }

  /** The digest of bytes in hexadecimal digits. */
  public static String of(byte[] content) {
    return HexFormat.of().formatHex(create().digest(content));
  }

  /**
   * Reads a whole object, 4 MiB at a time.
   *
   * @param file as the folder lists it
   */
  public static FileDigest of(ObjectFolder folder, ObjectInfo file) {
    Sha256 digest = new Sha256();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(Math.min(READ, file.size()));
      for (long done = 0; done < file.size(); done += buffer.byteSize()) {
        MemorySegment block = buffer.asSlice(0, Math.min(buffer.byteSize(), file.size() - done));
        folder.read(file.key(), done, block);
        digest.update(block);
      }
    }
    return new FileDigest(file.key(), file.size(), digest.finish());
  }

  private static MessageDigest create() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new MergefarmException(ErrorCode.INTERNAL, "No SHA-256 here.", impossible);
    }
  }
}
