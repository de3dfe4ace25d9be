package dev.mergefarm.storage.model;

import dev.mergefarm.storage.ObjectFolder;
import dev.mergefarm.storage.ObjectInfo;
import dev.mergefarm.storage.ObjectKeys;
import dev.mergefarm.storage.ObjectStore;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The models of a farm's own store: folders below {@code models/}, at any depth, that hold a
 * manifest, or a config and weights that somebody put there by hand. A folder that the farm is
 * still writing is not visible. Safe for many threads.
 */
public final class StoredModels {

  /** The part of the store that models live in. */
  public static final String ROOT = "models/";

  private static final String PRIVATE = "/" + ModelFiles.PRIVATE_PREFIX;

  private final ObjectStore store;

  public StoredModels(ObjectStore store) {
    this.store = store;
  }

  /** Names of all visible models, such as {@code models/org/name}, in key order. */
  public List<String> names() {
    return List.copyOf(files().keySet());
  }

  /** The files directly in each visible model's folder, with whole keys, by the model's name. */
  SortedMap<String, List<ObjectInfo>> files() {
    SortedMap<String, List<ObjectInfo>> folders = new TreeMap<>(ObjectKeys.ORDER);
    for (ObjectInfo info : store.list(ROOT)) {
      String folder = folderOf(info.key());
      if (folder.length() > ROOT.length()) {
        folders.computeIfAbsent(folder, name -> new ArrayList<>()).add(info);
      }
    }
    folders.entrySet().removeIf(entry -> !isVisible(entry.getKey(), entry.getValue()));
    return Collections.unmodifiableSortedMap(folders);
  }

  /**
   * The folder of a visible model.
   *
   * @param name with or without the leading {@code models/}
   */
  public Optional<ObjectFolder> find(String name) {
    String whole = wholeName(name);
    if (ObjectKeys.fault(whole).isPresent()) {
      return Optional.empty();
    }
    ObjectFolder folder = new ObjectFolder(store, whole + "/");
    Set<String> files = new HashSet<>();
    for (ObjectInfo info : folder.list()) {
      files.add(info.key());
    }
    return ModelFiles.isVisible(files) ? Optional.of(folder) : Optional.empty();
  }

  /**
   * Removes a visible model with all files in and below its folder. What makes it visible goes
   * first, so that no reader finds half of it.
   *
   * @param name with or without the leading {@code models/}
   * @return whether there was one
   */
  public boolean remove(String name) {
    Optional<ObjectFolder> folder = find(name);
    folder.ifPresent(
        found -> {
          store.delete(found.key(ModelFiles.MANIFEST));
          store.delete(found.key(ModelFiles.CONFIG));
          found.list().forEach(info -> store.delete(found.key(info.key())));
        });
    return folder.isPresent();
  }

  /** The name of the folder that holds a revision of a hub's model. */
  public static String nameOf(String path, String revision) {
    return wholeName(path) + "@" + revision.replace("/", "--");
  }

  /** A model's name with its leading {@code models/}. */
  static String wholeName(String name) {
    return name.startsWith(ROOT) ? name : ROOT + name;
  }

  private static String folderOf(String key) {
    int hidden = key.indexOf(PRIVATE);
    return key.substring(0, hidden >= 0 ? hidden : key.lastIndexOf('/'));
  }

  private static boolean isVisible(String folder, List<ObjectInfo> files) {
    Set<String> names = new HashSet<>();
    files.forEach(info -> names.add(info.key().substring(folder.length() + 1)));
    return ModelFiles.isVisible(names);
  }
}
