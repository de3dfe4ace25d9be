package dev.mergefarm.merge;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.storage.ObjectInfo;
import dev.mergefarm.storage.ObjectStore;
import dev.mergefarm.storage.ObjectUpload;
import dev.mergefarm.storage.manifest.Sha256;
import dev.mergefarm.storage.model.Model;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/** The small files of a model that lies nowhere, as a store that can only be read. */
final class GeneratedStore implements ObjectStore {

  private final Model model;

  GeneratedStore(Model model) {
    this.model = model;
  }

  @Override
  public String location() {
    return "memory:" + model.reference().text();
  }

  @Override
  public Optional<ObjectInfo> find(String key) {
    return model.file(key).map(bytes -> new ObjectInfo(key, bytes.length, Sha256.of(bytes)));
  }

  @Override
  public List<ObjectInfo> list(String prefix) {
    return model.files().stream()
        .filter(name -> name.startsWith(prefix))
        .map(name -> find(name).orElseThrow())
        .toList();
  }

  @Override
  public void read(String key, long offset, MemorySegment target) {
    MemorySegment.copy(MemorySegment.ofArray(content(key)), offset, target, 0, target.byteSize());
  }

  @Override
  public byte[] readAll(String key, int limit) {
    byte[] content = content(key);
    if (content.length > limit) {
      throw new MergefarmException(
          ErrorCode.INVALID_VALUE, key + " has " + content.length + " bytes, more than " + limit);
    }
    return content;
  }

  private byte[] content(String key) {
    return model
        .file(key)
        .orElseThrow(
            () -> new MergefarmException(ErrorCode.OBJECT_NOT_FOUND, "There is no " + key + "."));
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

  private static MergefarmException readOnly() {
    return new MergefarmException(
        ErrorCode.INVALID_VALUE, "A model that is merged in memory cannot be written to.");
  }

  @Override
  public void close() {
    // Nothing is open; the model belongs to its caller.
  }
}
