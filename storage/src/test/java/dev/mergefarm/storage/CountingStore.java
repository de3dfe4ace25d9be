package dev.mergefarm.storage;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** Passes everything on, and counts the bytes read. */
public final class CountingStore implements ObjectStore {

  private final ObjectStore store;
  private final AtomicLong bytesRead = new AtomicLong();

  public CountingStore(ObjectStore store) {
    this.store = store;
  }

  public long bytesRead() {
    return bytesRead.get();
  }

  @Override
  public String location() {
    return store.location();
  }

  @Override
  public Optional<ObjectInfo> find(String key) {
    return store.find(key);
  }

  @Override
  public List<ObjectInfo> list(String prefix) {
    return store.list(prefix);
  }

  @Override
  public void read(String key, long offset, MemorySegment target) {
    bytesRead.addAndGet(target.byteSize());
    store.read(key, offset, target);
  }

  @Override
  public byte[] readAll(String key, int limit) {
    byte[] content = store.readAll(key, limit);
    bytesRead.addAndGet(content.length);
    return content;
  }

  @Override
  public ObjectUpload upload(String key, long size) {
    return store.upload(key, size);
  }

  @Override
  public void put(String key, byte[] content) {
    store.put(key, content);
  }

  @Override
  public boolean putIfAbsent(String key, byte[] content) {
    return store.putIfAbsent(key, content);
  }

  @Override
  public void delete(String key) {
    store.delete(key);
  }

  @Override
  public void close() {
    store.close();
  }
}
