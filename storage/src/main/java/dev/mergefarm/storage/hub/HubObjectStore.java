package dev.mergefarm.storage.hub;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.storage.BoundedTasks;
import dev.mergefarm.storage.ObjectInfo;
import dev.mergefarm.storage.ObjectKeys;
import dev.mergefarm.storage.ObjectStore;
import dev.mergefarm.storage.ObjectUpload;
import dev.mergefarm.storage.hub.HubModel.HubFile;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One commit of a model on a hub, read in place. Large reads go in up to four ranges at a time;
 * broken ranges go on where they broke.
 */
final class HubObjectStore implements ObjectStore {

  private static final int RANGES_AT_ONCE = 4;
  private static final long SMALLEST_RANGE = 8L << 20;

  /** Stands for any thread but the owner of a confined target. */
  private static final Thread ANOTHER = Thread.ofVirtual().unstarted(() -> {});

  private final HubRequests requests;
  private final HubModel model;
  private final Map<String, HubFile> files = new LinkedHashMap<>();

  HubObjectStore(HubRequests requests, HubModel model) {
    this.requests = requests;
    this.model = model;
    model.files().forEach(file -> files.put(file.path(), file));
  }

  @Override
  public String location() {
    return model.origin();
  }

  @Override
  public Optional<ObjectInfo> find(String key) {
    return Optional.ofNullable(files.get(ObjectKeys.check(key))).map(HubObjectStore::info);
  }

  @Override
  public List<ObjectInfo> list(String prefix) {
    ObjectKeys.checkPrefix(prefix);
    return files.values().stream()
        .filter(file -> file.path().startsWith(prefix))
        .map(HubObjectStore::info)
        .sorted((left, right) -> ObjectKeys.ORDER.compare(left.key(), right.key()))
        .toList();
  }

  @Override
  public void read(String key, long offset, MemorySegment target) {
    HubFile file = file(key);
    if (offset < 0 || target.byteSize() > file.size() - offset) {
      throw new MergefarmException(
          ErrorCode.RANGE_NOT_IN_OBJECT,
          "'%s' has %d bytes; bytes up to %d were asked for."
              .formatted(key, file.size(), offset + target.byteSize()));
    }
    if (target.byteSize() == 0) {
      return;
    }
    BoundedTasks.map(
        ranges(file, offset, target),
        RANGES_AT_ONCE,
        range -> {
          requests.retries().call(range);
          return range;
        });
  }

  private List<HubRange> ranges(HubFile file, long offset, MemorySegment target) {
    long count = Math.min(RANGES_AT_ONCE, target.byteSize() / SMALLEST_RANGE);
    if (count < 2 || !target.isAccessibleBy(ANOTHER)) {
      return List.of(new HubRange(requests, model, file, offset, target));
    }
    long length = Math.ceilDiv(target.byteSize(), count);
    List<HubRange> ranges = new ArrayList<>();
    for (long start = 0; start < target.byteSize(); start += length) {
      MemorySegment part = target.asSlice(start, Math.min(length, target.byteSize() - start));
      ranges.add(new HubRange(requests, model, file, offset + start, part));
    }
    return ranges;
  }

  @Override
  public byte[] readAll(String key, int limit) {
    HubFile file = file(key);
    if (file.size() > limit) {
      throw new MergefarmException(
          ErrorCode.OBJECT_TOO_LARGE,
          "'" + key + "' has " + file.size() + " bytes; at most " + limit + " are accepted.");
    }
    byte[] content = new byte[Math.toIntExact(file.size())];
    read(key, 0, MemorySegment.ofArray(content));
    return content;
  }

  @Override
  public ObjectUpload upload(String key, long size) {
    throw readOnly();
  }

  @Override
  public void put(String key, byte[] content) {
    throw readOnly();
  }

  @Override
  public boolean putIfAbsent(String key, byte[] content) {
    throw readOnly();
  }

  @Override
  public void delete(String key) {
    throw readOnly();
  }

  @Override
  public void close() {
    // The connections belong to the client.
  }

  private HubFile file(String key) {
    HubFile file = files.get(ObjectKeys.check(key));
    if (file == null) {
      throw new MergefarmException(
          ErrorCode.OBJECT_NOT_FOUND, "There is no '" + key + "' in " + location() + ".");
    }
    return file;
  }

  private MergefarmException readOnly() {
    return new MergefarmException(
        ErrorCode.STORE_DENIED, location() + " is read in place and cannot be written.");
  }

  private static ObjectInfo info(HubFile file) {
    String tag = file.sha256().or(file::blob).orElse("");
    return new ObjectInfo(file.path(), file.size(), tag);
  }
}
