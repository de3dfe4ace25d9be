package dev.mergefarm.storage;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The objects of a store whose keys share a prefix, addressed by what follows it. Does not own the
 * store.
 *
 * @param prefix empty for the whole store, else a key followed by {@code /}
 */
public record ObjectFolder(ObjectStore store, String prefix) {

  public ObjectFolder {
    Objects.requireNonNull(store, "store");
    if (!prefix.isEmpty()) {
      if (!prefix.endsWith("/")) {
        throw new IllegalArgumentException("prefix must end in '/', found '" + prefix + "'");
      }
      ObjectKeys.check(prefix.substring(0, prefix.length() - 1));
    }
  }

  /** The whole key of a name in this folder. */
  public String key(String name) {
    return prefix + name;
  }

  /** Where the folder is, for people. */
  public String location() {
    return prefix.isEmpty()
        ? store.location()
        : store.location() + "/" + prefix.substring(0, prefix.length() - 1);
  }

  /** The object of a name, its key still whole; empty also when the name is no valid key. */
  public Optional<ObjectInfo> find(String name) {
    return ObjectKeys.fault(key(name)).isPresent() ? Optional.empty() : store.find(key(name));
  }

  /** All objects in and below the folder, in key order, with names relative to it as keys. */
  public List<ObjectInfo> list() {
    return store.list(prefix).stream()
        .filter(info -> info.key().length() > prefix.length())
        .map(
            info ->
                new ObjectInfo(
                    info.key().substring(prefix.length()), info.size(), info.entityTag()))
        .toList();
  }

  /** See {@link ObjectStore#read}. */
  public void read(String name, long offset, MemorySegment target) {
    store.read(key(name), offset, target);
  }

  /** See {@link ObjectStore#readAll}. */
  public byte[] readAll(String name, int limit) {
    return store.readAll(key(name), limit);
  }
}
