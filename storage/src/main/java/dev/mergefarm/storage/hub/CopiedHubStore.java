package dev.mergefarm.storage.hub;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.storage.ObjectFolder;
import dev.mergefarm.storage.ObjectInfo;
import dev.mergefarm.storage.ObjectStore;
import dev.mergefarm.storage.ObjectUpload;
import dev.mergefarm.storage.hub.HubModel.HubFile;
import dev.mergefarm.storage.manifest.DigestingUpload;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/**
 * One commit of a hub's repository, of which each file is copied into another store when it is
 * first read, and read from there ever after. Cannot be written. Safe for many threads; two that
 * copy one file at the same time write the same bytes.
 */
final class CopiedHubStore implements ObjectStore {

  private final ObjectStore source;
  private final HubModel repository;
  private final ObjectFolder copies;
  private final Cancellation cancellation;

  CopiedHubStore(
      ObjectStore source, HubModel repository, ObjectFolder copies, Cancellation cancellation) {
    this.source = source;
    this.repository = repository;
    this.copies = copies;
    this.cancellation = cancellation;
  }

  @Override
  public String location() {
    return source.location();
  }

  @Override
  public Optional<ObjectInfo> find(String key) {
    return source.find(key);
  }

  @Override
  public List<ObjectInfo> list(String prefix) {
    return source.list(prefix);
  }

  @Override
  public void read(String key, long offset, MemorySegment target) {
    copy(key);
    copies.read(key, offset, target);
  }

  @Override
  public byte[] readAll(String key, int limit) {
    if (find(key).filter(info -> info.size() > limit).isPresent()) {
      return source.readAll(key, limit);
    }
    copy(key);
    return copies.readAll(key, limit);
  }

  private void copy(String key) {
    HubFile file =
        repository.files().stream()
            .filter(candidate -> candidate.path().equals(key))
            .findFirst()
            .orElseThrow(
                () ->
                    new MergefarmException(
                        ErrorCode.OBJECT_NOT_FOUND,
                        "There is no '" + key + "' in " + location() + "."));
    if (copies.find(key).filter(info -> info.size() == file.size()).isPresent()) {
      return;
    }
    HubFileCopy copy = new HubFileCopy(source, file, cancellation);
    ObjectStore store = copies.store();
    try (DigestingUpload upload =
        new DigestingUpload(store.upload(copies.key(key), file.size()), key)) {
      copy.into(upload, bytes -> {});
      upload.publish();
      copy.check(upload.result(), () -> store.delete(copies.key(key)));
    }
  }

  @Override
  public ObjectUpload upload(String key, long size) {
    return source.upload(key, size);
  }

  @Override
  public void put(String key, byte[] content) {
    source.put(key, content);
  }

  @Override
  public boolean putIfAbsent(String key, byte[] content) {
    return source.putIfAbsent(key, content);
  }

  @Override
  public void delete(String key) {
    source.delete(key);
  }

  @Override
  public void close() {
    source.close();
  }
}
