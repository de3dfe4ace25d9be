package dev.mergefarm.storage;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/**
 * A flat map from keys to bytes: an S3 bucket or a local directory, behaving alike. All methods are
 * safe to call from many threads. Failures are {@link dev.mergefarm.common.MergefarmException}s:
 * {@code OBJECT_NOT_FOUND} for a key that is not there, {@code STORE_UNAVAILABLE} (retryable, after
 * the store's own retries) for a store that does not answer, {@code INVALID_VALUE} for a key that
 * is empty, absolute, or holds {@code .} or {@code ..} parts.
 */
public interface ObjectStore extends AutoCloseable {

  /** Where the store is, for people: {@code s3://bucket} or a directory's path. */
  String location();

  /** The object under a key, or empty. */
  Optional<ObjectInfo> find(String key);

  /** All objects whose keys start with the prefix, in key order. */
  List<ObjectInfo> list(String prefix);

  /** Fills the whole target from the object's bytes starting at the offset. */
  void read(String key, long offset, MemorySegment target);

  /**
   * The whole object, for small ones.
   *
   * @param limit the largest size accepted, in bytes; a larger object is refused unread
   */
  byte[] readAll(String key, int limit);

  /**
   * Starts writing an object of a known size.
   *
   * @param size exact length in bytes
   */
  ObjectUpload upload(String key, long size);

  /** Writes a small object, replacing an older one. */
  void put(String key, byte[] content);

  /** Writes a small object unless the key is taken; says whether it was written. Atomic. */
  boolean putIfAbsent(String key, byte[] content);

  /** Removes an object; a key that is not there is no error. */
  void delete(String key);

  @Override
  void close();
}
