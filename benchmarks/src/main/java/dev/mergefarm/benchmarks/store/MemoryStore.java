package dev.mergefarm.benchmarks.store;

import dev.mergefarm.storage.ObjectInfo;
import dev.mergefarm.storage.ObjectStore;
import dev.mergefarm.storage.ObjectUpload;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * Objects in native memory. Uploads are taken and forgotten, small objects are kept: what remains
 * of a merge between such stores is its computing.
 */
final class MemoryStore implements ObjectStore {

  private final Arena arena = Arena.ofShared();
  private final Map<String, MemorySegment> objects = new ConcurrentSkipListMap<>();

  /** Takes an object from another store. */
  void load(ObjectStore source, ObjectInfo info, String key) {
    MemorySegment content = arena.allocate(info.size());
    source.read(info.key(), 0, content);
    objects.put(key, content);
  }

  @Override
  public String location() {
    return "memory";
  }

  @Override
  public Optional<ObjectInfo> find(String key) {
    return Optional.ofNullable(objects.get(key)).map(content -> info(key, content));
  }

  private static ObjectInfo info(String key, MemorySegment content) {
    return new ObjectInfo(key, content.byteSize(), "");
  }

  @Override
  public List<ObjectInfo> list(String prefix) {
    return objects.entrySet().stream()
        .filter(entry -> entry.getKey().startsWith(prefix))
        .map(entry -> info(entry.getKey(), entry.getValue()))
        .toList();
  }

  @Override
  public void read(String key, long offset, MemorySegment target) {
    MemorySegment.copy(objects.get(key), offset, target, 0, target.byteSize());
  }

  @Override
  public byte[] readAll(String key, int limit) {
    return objects.get(key).toArray(ValueLayout.JAVA_BYTE);
  }

  @Override
  public ObjectUpload upload(String key, long size) {
    return new ObjectUpload() {
      @Override
      public void write(MemorySegment block) {
        // Forgotten.
      }

      @Override
      public ObjectInfo publish() {
        return new ObjectInfo(key, size, "");
      }

      @Override
      public void close() {
        // Nothing is held.
      }
    };
  }

  @Override
  public void put(String key, byte[] content) {
    MemorySegment copy = arena.allocate(content.length);
    copy.copyFrom(MemorySegment.ofArray(content));
    objects.put(key, copy);
  }

  @Override
  public boolean putIfAbsent(String key, byte[] content) {
    boolean absent = !objects.containsKey(key);
    if (absent) {
      put(key, content);
    }
    return absent;
  }

  @Override
  public void delete(String key) {
    objects.remove(key);
  }

  @Override
  public void close() {
    arena.close();
  }
}
