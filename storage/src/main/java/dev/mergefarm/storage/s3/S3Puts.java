package dev.mergefarm.storage.s3;

import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.storage.ObjectInfo;
import dev.mergefarm.storage.Retries;
import io.minio.Http;
import io.minio.ObjectWriteResponse;
import io.minio.PutObjectAPIArgs;
import java.util.HashMap;
import java.util.Map;

/** Objects that are sent from memory in one request. */
final class S3Puts {

  private S3Puts() {}

  static ObjectInfo put(S3ObjectStore store, String key, byte[] content) {
    ObjectWriteResponse answer =
        store
            .connection()
            .calls()
            .call(S3ObjectStore.quoted(key), () -> send(store, key, content, Map.of()));
    return new ObjectInfo(key, content.length, S3ObjectStore.tag(answer.etag()));
  }

  static boolean putIfAbsent(S3ObjectStore store, String key, byte[] content) {
    return store.connection().calls().retries().call(new ConditionalPut(store, key, content));
  }

  private static java.util.concurrent.CompletableFuture<ObjectWriteResponse> send(
      S3ObjectStore store, String key, byte[] content, Map<String, String> conditions) {
    Map<String, String> headers = new HashMap<>(conditions);
    headers.putAll(Checksums.headers(content, content.length));
    return store
        .connection()
        .client()
        .putObject(
            PutObjectAPIArgs.builder()
                .bucket(store.bucket())
                .object(key)
                .data(content, content.length)
                .headers(new Http.Headers(headers))
                .build());
  }

  /**
   * Remembers whether a try failed without an answer: the object may be ours then, and its content
   * tells.
   */
  private static final class ConditionalPut implements Retries.Attempt<Boolean> {

    private final S3ObjectStore store;
    private final String key;
    private final byte[] content;
    private boolean answerLost;

    ConditionalPut(S3ObjectStore store, String key, byte[] content) {
      this.store = store;
      this.key = key;
      this.content = content;
    }

    @Override
    public Boolean run() throws Retries.TransientFailure {
      try {
        store
            .connection()
            .calls()
            .once(
                S3ObjectStore.quoted(key),
                () -> send(store, key, content, Map.of("If-None-Match", "*")));
        return true;
      } catch (Retries.TransientFailure failure) {
        answerLost |= !S3Failures.isRefusal(failure);
        throw failure;
      } catch (MergefarmException failure) {
        if (S3Failures.isPreconditionFailed(failure)) {
          return answerLost && store.contentEquals(key, content);
        }
        if (S3Failures.isNotImplemented(failure)) {
          return putUnlessFound();
        }
        throw failure;
      }
    }

    private boolean putUnlessFound() {
      if (store.find(key).isPresent()) {
        return false;
      }
      put(store, key, content);
      return true;
    }
  }
}
