package dev.mergefarm.storage;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/**
 * A flat map from keys to bytes: an S3 bucket or a local directory, behaving alike. All methods are
 * safe to call from many threads.
 *
 * <p>Failures are {@link dev.mergefarm.common.MergefarmException}s: {@code OBJECT_NOT_FOUND} for a
 * key that is not there, {@code STORE_UNAVAILABLE} (retryable, after the store's own retries) for a
 * store that does not answer, {@code STORE_DENIED} for one that refuses, {@code STORE_FULL}, {@code
 * CANCELLED} when the calling thread is interrupted, and {@code INVALID_VALUE} for a key that
 * {@link ObjectKeys} does not accept. A key may not also be the folder of another key; a store may
 * refuse the later of the two.
 */
public interface ObjectStore extends AutoCloseable {

  /** Where the store is, for people: {@code s3://bucket} or a directory's path. */
  String location();

  /** The object under a key, or empty. */
  Optional<ObjectInfo> find(String key);

  /** All objects whose keys start with the prefix, in key order. */
  List<ObjectInfo> list(String prefix);

  /**
   * Fills the whole target from the object's bytes starting at the offset. Native memory is the
   * fast case; a target on the heap is filled through a small copy.
   *
   * @throws dev.mergefarm.common.MergefarmException with {@code RANGE_NOT_IN_OBJECT} when the
   *     object ends before the target is full
   */
  void read(String key, long offset, MemorySegment target);

  /**
   * The whole object, for small ones.
   *
   * @param limit the largest size accepted, in bytes; a larger object is refused unread
   * @throws dev.mergefarm.common.MergefarmException with {@code OBJECT_TOO_LARGE}
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

  /**
   * Removes what uploads below a prefix have sent that were neither published nor closed, as after
   * a crash. An upload that is still being written fails afterwards. Does nothing where stores keep
   * nothing of them.
   *
   * @param folder empty for the whole store, else a key followed by {@code /}
   */
  default void removeUnfinishedUploads(String folder) {}

  @Override
  void close();
}
