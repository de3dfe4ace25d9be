package dev.mergefarm.storage.s3;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.storage.BoundedTasks;
import dev.mergefarm.storage.ObjectInfo;
import dev.mergefarm.storage.ObjectKeys;
import dev.mergefarm.storage.ObjectStore;
import dev.mergefarm.storage.ObjectUpload;
import io.minio.ListMultipartUploadsArgs;
import io.minio.ListObjectsV2Args;
import io.minio.ListObjectsV2Response;
import io.minio.RemoveObjectArgs;
import io.minio.StatObjectArgs;
import io.minio.StatObjectResponse;
import io.minio.messages.Contents;
import io.minio.messages.ListMultipartUploadsResult;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A bucket as an object store. Large reads go in up to four ranges at a time; broken ranges go on
 * where they broke, from the same version of the object. Requests are repeated as the settings say.
 */
final class S3ObjectStore implements ObjectStore {

  private static final int RANGES_AT_ONCE = 4;
  private static final long SMALLEST_RANGE = 8L << 20;

  private static final Pattern UPLOAD_UNDER_WAY =
      Pattern.compile("-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$");

  /** Stands for any thread but the owner of a confined target. */
  private static final Thread ANOTHER = Thread.ofVirtual().unstarted(() -> {});

  private final S3Connection connection;
  private final String bucket;

  S3ObjectStore(S3Connection connection, String bucket) {
    this.connection = connection;
    this.bucket = bucket;
  }

  @Override
  public String location() {
    return "s3://" + bucket;
  }

  @Override
  public Optional<ObjectInfo> find(String key) {
    StatObjectArgs request =
        StatObjectArgs.builder().bucket(bucket).object(ObjectKeys.check(key)).build();
    try {
      StatObjectResponse answer =
          connection.calls().call(quoted(key), () -> connection.client().statObject(request));
      return Optional.of(new ObjectInfo(key, answer.size(), tag(answer.etag())));
    } catch (MergefarmException failure) {
      if (failure.code() == ErrorCode.OBJECT_NOT_FOUND) {
        return Optional.empty();
      }
      throw failure;
    }
  }

  @Override
  public List<ObjectInfo> list(String prefix) {
    ObjectKeys.checkPrefix(prefix);
    List<ObjectInfo> found = new ArrayList<>();
    String next = null;
    do {
      ListObjectsV2Args.Builder request =
          ListObjectsV2Args.builder().bucket(bucket).prefix(prefix).encodingType("url");
      if (next != null) {
        request.continuationToken(next);
      }
      ListObjectsV2Args built = request.build();
      ListObjectsV2Response page =
          connection
              .calls()
              .call(quoted(prefix + "*"), () -> connection.client().listObjectsV2(built));
      for (Contents item : page.result().contents()) {
        item.setEncodingType(page.result().encodingType());
        if (isObject(item)) {
          found.add(new ObjectInfo(item.objectName(), item.size(), tag(item.etag())));
        }
      }
      next = page.result().isTruncated() ? page.result().nextContinuationToken() : null;
    } while (next != null);
    found.sort(Comparator.comparing(ObjectInfo::key, ObjectKeys.ORDER));
    return List.copyOf(found);
  }

  /**
   * Leaves out what consoles make as folders, and what a server on a file system shows of an upload
   * under way: a name with a random end and no tag.
   */
  private static boolean isObject(Contents item) {
    boolean underWay =
        tag(item.etag()).isEmpty() && UPLOAD_UNDER_WAY.matcher(item.objectName()).find();
    return !underWay && ObjectKeys.fault(item.objectName()).isEmpty();
  }

  @Override
  public void read(String key, long offset, MemorySegment target) {
    ObjectKeys.check(key);
    if (target.byteSize() == 0) {
      find(key).orElseThrow(() -> absent(key));
      return;
    }
    BoundedTasks.map(
        ranges(offset, target),
        RANGES_AT_ONCE,
        range -> {
          connection.calls().retries().call(new S3Range(connection, bucket, key, range));
          return range;
        });
  }

  /** Equal cuts of a large target that other threads may fill; else the target as it is. */
  private static List<S3Range.Part> ranges(long offset, MemorySegment target) {
    long count = Math.min(RANGES_AT_ONCE, target.byteSize() / SMALLEST_RANGE);
    if (count < 2 || !target.isAccessibleBy(ANOTHER)) {
      return List.of(new S3Range.Part(offset, target));
    }
    long length = Math.ceilDiv(target.byteSize(), count);
    List<S3Range.Part> parts = new ArrayList<>();
    for (long start = 0; start < target.byteSize(); start += length) {
      MemorySegment part = target.asSlice(start, Math.min(length, target.byteSize() - start));
      parts.add(new S3Range.Part(offset + start, part));
    }
    return parts;
  }

  @Override
  public byte[] readAll(String key, int limit) {
    ObjectInfo info = find(key).orElseThrow(() -> absent(key));
    if (info.size() > limit) {
      throw new MergefarmException(
          ErrorCode.OBJECT_TOO_LARGE,
          "'" + key + "' has " + info.size() + " bytes; at most " + limit + " are accepted.");
    }
    byte[] content = new byte[Math.toIntExact(info.size())];
    if (content.length > 0) {
      read(key, 0, MemorySegment.ofArray(content));
    }
    return content;
  }

  @Override
  public ObjectUpload upload(String key, long size) {
    ObjectKeys.check(key);
    if (size < 0) {
      throw new IllegalArgumentException("size must be 0 or more, found " + size);
    }
    if (size <= connection.settings().bufferedUpload()) {
      return new BufferedUpload(this, key, Math.toIntExact(size));
    }
    return size <= connection.settings().streamedUpload()
        ? StreamedUpload.start(this, key, size)
        : MultipartUpload.start(this, key, size);
  }

  @Override
  public void put(String key, byte[] content) {
    S3Puts.put(this, ObjectKeys.check(key), content);
  }

  /**
   * {@inheritDoc}
   *
   * <p>Atomic through a conditional request. On a server that does not know these, presence is
   * checked first and the object written then: of two writers at the same instant both may believe
   * that they wrote it.
   */
  @Override
  public boolean putIfAbsent(String key, byte[] content) {
    return S3Puts.putIfAbsent(this, ObjectKeys.check(key), content);
  }

  @Override
  public void delete(String key) {
    RemoveObjectArgs request =
        RemoveObjectArgs.builder().bucket(bucket).object(ObjectKeys.check(key)).build();
    connection.calls().call(quoted(key), () -> connection.client().removeObject(request));
  }

  @Override
  public void removeUnfinishedUploads(String folder) {
    ObjectKeys.checkPrefix(folder);
    ListMultipartUploadsArgs.Builder request =
        ListMultipartUploadsArgs.builder().bucket(bucket).prefix(folder).encodingType("url");
    ListMultipartUploadsResult page;
    do {
      ListMultipartUploadsArgs built = request.build();
      page =
          connection
              .calls()
              .call(quoted(folder + "*"), () -> connection.client().listMultipartUploads(built))
              .result();
      for (ListMultipartUploadsResult.Upload upload : page.uploads()) {
        upload.setEncodingType(page.encodingType());
        MultipartUpload.abort(this, upload.objectName(), upload.uploadId());
      }
      request.keyMarker(page.nextKeyMarker()).uploadIdMarker(page.nextUploadIdMarker());
    } while (page.isTruncated());
  }

  @Override
  public void close() {
    // The connection belongs to whoever opened it.
  }

  S3Connection connection() {
    return connection;
  }

  String bucket() {
    return bucket;
  }

  boolean contentEquals(String key, byte[] content) {
    return find(key)
        .filter(info -> info.size() == content.length)
        .map(info -> Arrays.equals(readAll(key, content.length), content))
        .orElse(false);
  }

  static String quoted(String key) {
    return "'" + key + "'";
  }

  /** Entity tags come with and without quotes. */
  static String tag(String stated) {
    return stated == null ? "" : stated.replace("\"", "");
  }

  private static MergefarmException absent(String key) {
    return new MergefarmException(
        ErrorCode.OBJECT_NOT_FOUND, "There is no '" + key + "' in the store.");
  }
}
