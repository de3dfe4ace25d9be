package dev.mergefarm.eval.data;

import dev.mergefarm.storage.ObjectInfo;
import dev.mergefarm.storage.ObjectStore;
import java.io.ByteArrayInputStream;
import java.util.List;
import java.util.Optional;

/** Data under a prefix of an object store. Objects larger than 1 GiB are refused. */
public final class StoreDataFiles implements DataFiles {

  /** Largest data object, in bytes. */
  public static final int LARGEST = 1 << 30;

  private final ObjectStore store;
  private final String prefix;

  /**
   * @param prefix put before each path, such as {@code tasks/my-bundle/}; may be empty
   */
  public StoreDataFiles(ObjectStore store, String prefix) {
    this.store = store;
    this.prefix = prefix.isEmpty() || prefix.endsWith("/") ? prefix : prefix + "/";
  }

  /** The definition's folder, where it lies below the prefix, comes after the prefix itself. */
  @Override
  public DataFiles beside(String definition) {
    int slash = definition.lastIndexOf('/');
    String folder = definition.substring(0, slash + 1);
    return folder.length() > prefix.length() && folder.startsWith(prefix)
        ? DataFiles.firstOf(List.of(this, new StoreDataFiles(store, folder)))
        : this;
  }

  @Override
  public List<DataFile> find(String pattern) {
    String clean = pattern.startsWith("./") ? pattern.substring(2) : pattern;
    if (clean.startsWith("/") || List.of(clean.split("/")).contains("..")) {
      return List.of();
    }
    PathPattern wanted = PathPattern.of(clean);
    List<ObjectInfo> objects =
        wanted.wild()
            ? store.list(prefix + wanted.fixed())
            : store.find(prefix + clean).map(List::of).orElse(List.of());
    return objects.stream()
        .filter(object -> wanted.matches(object.key().substring(prefix.length())))
        .map(this::file)
        .toList();
  }

  private DataFile file(ObjectInfo object) {
    return new DataFile(
        object.key().substring(prefix.length()),
        Optional.empty(),
        () -> new ByteArrayInputStream(store.readAll(object.key(), LARGEST)));
  }
}
