package dev.mergefarm.storage.s3;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.storage.Retries;
import io.minio.GetObjectArgs;
import io.minio.GetObjectResponse;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Fills one range. Each run goes on where the one before broke, and only from the version of the
 * object that the first run saw.
 */
final class S3Range implements Retries.Attempt<Void> {

  /**
   * A piece of an object and where it goes.
   *
   * @param offset of its first byte in the object
   */
  record Part(long offset, MemorySegment target) {}

  private static final int STEP = 64 << 10;

  private final S3Connection connection;
  private final String bucket;
  private final String key;
  private final Part part;
  private long done;
  private String entityTag;

  S3Range(S3Connection connection, String bucket, String key, Part part) {
    this.connection = connection;
    this.bucket = bucket;
    this.key = key;
    this.part = part;
  }

  @Override
  public Void run() throws Retries.TransientFailure {
    long remaining = part.target().byteSize() - done;
    GetObjectArgs.Builder request =
        GetObjectArgs.builder()
            .bucket(bucket)
            .object(key)
            .offset(part.offset() + done)
            .length(remaining);
    if (entityTag != null) {
      request.matchETag(entityTag);
    }
    GetObjectArgs built = request.build();
    try (GetObjectResponse answer =
        connection
            .calls()
            .once(S3ObjectStore.quoted(key), () -> connection.client().getObject(built))) {
      entityTag = S3ObjectStore.tag(answer.headers().get("ETag"));
      fill(answer);
      return null;
    } catch (IOException broken) {
      if (S3Calls.isInterruption(broken)) {
        throw new MergefarmException(
            ErrorCode.CANCELLED, "Interrupted while reading '" + key + "'.", broken);
      }
      throw S3Failures.unavailable(S3ObjectStore.quoted(key), broken);
    }
  }

  private void fill(GetObjectResponse answer) throws IOException {
    byte[] step = new byte[STEP];
    long length = part.target().byteSize();
    while (done < length) {
      int read = answer.read(step, 0, (int) Math.min(STEP, length - done));
      if (read < 0) {
        throw new MergefarmException(
            ErrorCode.RANGE_NOT_IN_OBJECT,
            "'%s' ends at byte %d; bytes up to %d were asked for."
                .formatted(key, part.offset() + done, part.offset() + length));
      }
      MemorySegment.copy(step, 0, part.target(), ValueLayout.JAVA_BYTE, done, read);
      done += read;
    }
  }
}
