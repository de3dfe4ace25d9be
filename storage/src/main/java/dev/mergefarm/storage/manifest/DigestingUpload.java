package dev.mergefarm.storage.manifest;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.storage.ObjectInfo;
import dev.mergefarm.storage.ObjectUpload;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * An upload that takes the SHA-256 of what passes through. Large blocks are digested on a second
 * thread while the first writes them; both are done when {@link #write} returns. Owns the upload
 * beneath. Not thread safe; blocks must be open to a second thread (heap or a shared arena), else
 * they are digested on the first.
 */
public final class DigestingUpload implements ObjectUpload {

  /** Handing over a smaller block costs more than digesting it. */
  private static final long HANDED_OVER = 128 << 10;

  /** Stands for any thread but the owner of a confined block. */
  private static final Thread ANOTHER = Thread.ofVirtual().unstarted(() -> {});

  private final ObjectUpload upload;
  private final String name;
  private final Sha256 digest = new Sha256();
  private final ExecutorService second =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("digest").factory());
  private long bytes;
  private FileDigest result;

  /**
   * @param name of the file, relative to its model's folder
   */
  public DigestingUpload(ObjectUpload upload, String name) {
    this.upload = upload;
    this.name = name;
  }

  @Override
  public void write(MemorySegment block) {
    bytes += block.byteSize();
    if (block.byteSize() < HANDED_OVER || !block.isAccessibleBy(ANOTHER)) {
      upload.write(block);
      digest.update(block);
      return;
    }
    Future<?> digested = second.submit(() -> digest.update(block));
    try {
      upload.write(block);
    } finally {
      await(digested);
    }
  }

  /** The caller may reuse the block after this, so an interruption must wait for the digest. */
  private static void await(Future<?> digested) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          digested.get();
          return;
        } catch (InterruptedException later) {
          interrupted = true;
        } catch (ExecutionException failure) {
          throw new MergefarmException(
              ErrorCode.INTERNAL, "The digest of a block failed.", failure.getCause());
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public ObjectInfo publish() {
    ObjectInfo info = upload.publish();
    result = new FileDigest(name, bytes, digest.finish());
    return info;
  }

  /**
   * The digest of the file.
   *
   * @throws IllegalStateException before it is published
   */
  public FileDigest result() {
    if (result == null) {
      throw new IllegalStateException("'" + name + "' is not published");
    }
    return result;
  }

  @Override
  public void close() {
    second.shutdownNow();
    upload.close();
  }
}
