package dev.mergefarm.storage.s3;

import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.storage.ObjectInfo;
import dev.mergefarm.storage.ObjectUpload;
import dev.mergefarm.storage.Retries;
import dev.mergefarm.storage.UploadLength;
import io.minio.AbortMultipartUploadArgs;
import io.minio.CompleteMultipartUploadArgs;
import io.minio.CreateMultipartUploadArgs;
import io.minio.Http;
import io.minio.ObjectWriteResponse;
import io.minio.UploadPartArgs;
import io.minio.messages.Part;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * An upload in parts, several on their way at a time, each repeated on failure. Holds at most
 * {@value PartQueue#AT_ONCE} parts of 16 MiB (more only for objects above 160 GB) in memory.
 */
final class MultipartUpload implements ObjectUpload {

  private static final long SMALLEST_PART = 16L << 20;
  private static final int MOST_PARTS = 10_000;

  private final S3ObjectStore store;
  private final String key;
  private final String uploadId;
  private final UploadLength length;
  private final long size;
  private final PartQueue parts;
  private byte[] current;
  private int filled;
  private boolean finished;

  private MultipartUpload(S3ObjectStore store, String key, long size, String uploadId) {
    this.store = store;
    this.key = key;
    this.size = size;
    this.uploadId = uploadId;
    this.length = new UploadLength(key, size);
    long partSize = Math.max(SMALLEST_PART, Math.ceilDiv(size, MOST_PARTS));
    this.parts = new PartQueue(this::send, Math.toIntExact(partSize));
  }

  static MultipartUpload start(S3ObjectStore store, String key, long size) {
    CreateMultipartUploadArgs request =
        CreateMultipartUploadArgs.builder()
            .bucket(store.bucket())
            .object(key)
            .headers(new Http.Headers("x-amz-checksum-algorithm", "CRC32C"))
            .build();
    String uploadId =
        store
            .connection()
            .calls()
            .call(
                S3ObjectStore.quoted(key),
                () -> store.connection().client().createMultipartUpload(request))
            .result()
            .uploadId();
    return new MultipartUpload(store, key, size, uploadId);
  }

  @Override
  public void write(MemorySegment block) {
    length.add(block.byteSize());
    for (long done = 0; done < block.byteSize(); ) {
      if (current == null) {
        current = parts.takeBuffer();
        filled = 0;
      }
      int step = (int) Math.min(current.length - filled, block.byteSize() - done);
      MemorySegment.copy(block, ValueLayout.JAVA_BYTE, done, current, filled, step);
      filled += step;
      done += step;
      if (filled == current.length) {
        sendCurrent();
      }
    }
  }

  @Override
  public ObjectInfo publish() {
    length.requireComplete();
    if (current != null) {
      sendCurrent();
    }
    Part[] sent = parts.awaitAll().toArray(Part[]::new);
    CompleteMultipartUploadArgs request =
        CompleteMultipartUploadArgs.builder()
            .bucket(store.bucket())
            .object(key)
            .uploadId(uploadId)
            .parts(sent)
            .build();
    ObjectWriteResponse answer =
        store
            .connection()
            .calls()
            .call(
                S3ObjectStore.quoted(key),
                () -> store.connection().client().completeMultipartUpload(request));
    finished = true;
    return new ObjectInfo(key, size, S3ObjectStore.tag(answer.etag()));
  }

  @Override
  public void close() {
    parts.close();
    if (finished) {
      return;
    }
    try {
      abort(store, key, uploadId);
    } catch (MergefarmException unreachable) {
      // The parts stay invisible until removeUnfinishedUploads or the bucket's rules remove them.
    }
  }

  /** Drops the parts of an upload, once: who gives up must not wait long for it. */
  static void abort(S3ObjectStore store, String key, String uploadId) {
    AbortMultipartUploadArgs request =
        AbortMultipartUploadArgs.builder()
            .bucket(store.bucket())
            .object(key)
            .uploadId(uploadId)
            .build();
    try {
      store
          .connection()
          .calls()
          .once(
              S3ObjectStore.quoted(key),
              () -> store.connection().client().abortMultipartUpload(request));
    } catch (Retries.TransientFailure failure) {
      throw failure.lasting();
    }
  }

  private void sendCurrent() {
    parts.submit(current, filled);
    current = null;
  }

  private Part send(int number, byte[] content, int bytes) {
    UploadPartArgs request =
        UploadPartArgs.builder()
            .bucket(store.bucket())
            .object(key)
            .uploadId(uploadId)
            .partNumber(number)
            .data(content, bytes)
            .headers(new Http.Headers(Checksums.headers(content, bytes)))
            .build();
    return store
        .connection()
        .calls()
        .call(
            S3ObjectStore.quoted(key) + " part " + number,
            () -> store.connection().client().uploadPart(request))
        .part();
  }
}
