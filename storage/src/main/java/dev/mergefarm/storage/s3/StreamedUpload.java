package dev.mergefarm.storage.s3;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.storage.ObjectInfo;
import dev.mergefarm.storage.ObjectUpload;
import dev.mergefarm.storage.Retries;
import dev.mergefarm.storage.UploadLength;
import io.minio.GetPresignedObjectUrlArgs;
import io.minio.Http;
import io.minio.errors.MinioException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import okhttp3.Call;
import okhttp3.Headers;
import okhttp3.HttpUrl;
import okhttp3.Request;
import okhttp3.Response;

/**
 * An upload as one request whose body is made while it is sent. The server is asked first whether
 * it wants the body, so a request that it refuses or cannot take is repeated; once bytes have gone,
 * a failure is final, because they are not kept.
 */
final class StreamedUpload implements ObjectUpload {

  private static final Duration LONG = Duration.ofHours(1);

  private final S3ObjectStore store;
  private final String key;
  private final long size;
  private final UploadLength length;
  private final ChunkPipe pipe = new ChunkPipe();
  private final CompletableFuture<String> entityTag = new CompletableFuture<>();
  private volatile Call call;
  private volatile boolean closed;

  private StreamedUpload(S3ObjectStore store, String key, long size) {
    this.store = store;
    this.key = key;
    this.size = size;
    this.length = new UploadLength(key, size);
  }

  static StreamedUpload start(S3ObjectStore store, String key, long size) {
    StreamedUpload upload = new StreamedUpload(store, key, size);
    Thread.ofVirtual().name("upload " + key).start(upload::send);
    return upload;
  }

  @Override
  public void write(MemorySegment block) {
    length.add(block.byteSize());
    try {
      if (!pipe.write(block)) {
        throw failure();
      }
    } catch (InterruptedException interrupted) {
      throw cancelled(interrupted);
    }
  }

  @Override
  public ObjectInfo publish() {
    length.requireComplete();
    pipe.end();
    return new ObjectInfo(key, size, await());
  }

  @Override
  public void close() {
    closed = true;
    pipe.breakOff();
    Call current = call;
    if (current != null && !entityTag.isDone()) {
      current.cancel();
    }
  }

  private void send() {
    try {
      entityTag.complete(store.connection().calls().retries().call(this::sendOnce));
    } catch (RuntimeException failure) {
      entityTag.completeExceptionally(failure);
      pipe.breakOff();
    }
  }

  /** The request starts with the first chunk, since a server waits for its body only so long. */
  private String sendOnce() throws Retries.TransientFailure {
    awaitFirstChunk();
    call = store.connection().http().newCall(request());
    if (closed) {
      throw new MergefarmException(ErrorCode.CANCELLED, "'" + key + "' was given up.");
    }
    try (Response answer = call.execute()) {
      if (answer.isSuccessful()) {
        return S3ObjectStore.tag(answer.header("ETag"));
      }
      throw refused(answer);
    } catch (IOException broken) {
      Retries.TransientFailure failure = S3Failures.unavailable(S3ObjectStore.quoted(key), broken);
      if (pipe.started()) {
        throw failure.lasting();
      }
      throw failure;
    }
  }

  private void awaitFirstChunk() {
    try {
      boolean there = false;
      while (!there) {
        there = pipe.awaitNext(LONG);
      }
    } catch (IOException interrupted) {
      throw new MergefarmException(
          ErrorCode.CANCELLED, "Interrupted while sending '" + key + "'.", interrupted);
    }
  }

  private Retries.TransientFailure refused(Response answer)
      throws IOException, Retries.TransientFailure {
    String text = answer.peekBody(1024).string();
    Exception cause =
        new io.minio.errors.ServerException(
            "HTTP status " + answer.code() + ": " + text, answer.code(), "");
    if (answer.code() == 401 || answer.code() == 403) {
      throw new MergefarmException(
          ErrorCode.STORE_DENIED, "The store refused '" + key + "': " + text, cause);
    }
    if (answer.code() == 404) {
      throw new MergefarmException(
          ErrorCode.OBJECT_NOT_FOUND,
          "There is no bucket '" + store.bucket() + "' to write '" + key + "' to.",
          cause);
    }
    if (answer.code() == 507) {
      throw new MergefarmException(
          ErrorCode.STORE_FULL, "The store has no room for '" + key + "'.", cause);
    }
    Retries.TransientFailure failure = S3Failures.unavailable(S3ObjectStore.quoted(key), cause);
    if (pipe.started() || answer.code() < 500) {
      throw failure.lasting();
    }
    return failure;
  }

  private Request request() {
    S3Settings settings = store.connection().settings();
    HttpUrl url = url();
    Map<String, String> headers =
        new RequestSignature(settings.credentials().fetch(), settings.region())
            .sign(
                "PUT",
                url,
                Map.of(
                    "content-encoding",
                    "aws-chunked",
                    "x-amz-content-sha256",
                    "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
                    "x-amz-decoded-content-length",
                    Long.toString(size),
                    "x-amz-trailer",
                    Checksums.HEADER),
                store.connection().clock().instant());
    return new Request.Builder()
        .url(url)
        .headers(Headers.of(headers))
        .header("Expect", "100-continue")
        .put(new ChunkedBody(pipe, size))
        .build();
  }

  /** The library knows how each kind of server wants its addresses. */
  private HttpUrl url() {
    GetPresignedObjectUrlArgs request =
        GetPresignedObjectUrlArgs.builder()
            .method(Http.Method.PUT)
            .bucket(store.bucket())
            .object(key)
            .region(store.connection().settings().region())
            .build();
    try {
      String presigned = store.connection().client().getPresignedObjectUrl(request);
      return HttpUrl.get(presigned).newBuilder().query(null).build();
    } catch (MinioException failure) {
      throw new MergefarmException(
          ErrorCode.INTERNAL, "Cannot make an address for '" + key + "'.", failure);
    }
  }

  private String await() {
    try {
      return entityTag.get();
    } catch (InterruptedException interrupted) {
      throw cancelled(interrupted);
    } catch (ExecutionException failed) {
      throw failure();
    }
  }

  private RuntimeException failure() {
    try {
      entityTag.get();
    } catch (InterruptedException interrupted) {
      return cancelled(interrupted);
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof MergefarmException known) {
        return known;
      }
      return new MergefarmException(
          ErrorCode.INTERNAL, "The upload of '" + key + "' failed.", failed.getCause());
    }
    return new IllegalStateException("'" + key + "' was written to after its publication");
  }

  private MergefarmException cancelled(InterruptedException interrupted) {
    Thread.currentThread().interrupt();
    return new MergefarmException(
        ErrorCode.CANCELLED, "Interrupted while sending '" + key + "'.", interrupted);
  }
}
