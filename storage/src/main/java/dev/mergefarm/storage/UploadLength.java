package dev.mergefarm.storage;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;

/** Holds an upload to the length that was announced for it. Not thread safe. */
public final class UploadLength {

  private final String key;
  private final long announced;
  private long written;

  /**
   * @param announced exact length in bytes
   */
  public UploadLength(String key, long announced) {
    this.key = key;
    this.announced = announced;
  }

  /** Bytes counted so far. */
  public long written() {
    return written;
  }

  /** Counts a block before it is written. */
  public void add(long bytes) {
    if (bytes > announced - written) {
      throw new MergefarmException(
          ErrorCode.INTERNAL,
          "'" + key + "' was announced with " + announced + " bytes, but more were written.");
    }
    written += bytes;
  }

  public void requireComplete() {
    if (written != announced) {
      throw new MergefarmException(
          ErrorCode.INTERNAL,
          "'%s' was announced with %d bytes, but %d were written."
              .formatted(key, announced, written));
    }
  }
}
