package dev.mergefarm.storage.model;

import dev.mergefarm.storage.ObjectFolder;
import dev.mergefarm.storage.ObjectInfo;
import dev.mergefarm.storage.ObjectKeys;
import dev.mergefarm.storage.ObjectStore;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The models of a farm's own store: folders below {@code models/}, at any depth, that hold a
 * manifest, or a config and weights that somebody put there by hand. A folder that the farm is
 * still writing is not visible.
 */
public final class StoredModels {

  /** The part of the store that models live in. */
  public static final String ROOT = "models/";

  private final ObjectStore store;

  public StoredModels(ObjectStore store) {
    this.store = store;
  }

  /** Names of all visible models, such as {@code models/org/name}, in key order. */
  public List<String> names() {
    Map<String, Set<String>> folders = new LinkedHashMap<>();
    for (ObjectInfo info : store.list(ROOT)) {
      String key = info.key();
      String folder = key.substring(0, key.lastIndexOf('/'));
      String file = key.substring(folder.length() + 1);
      if (folder.endsWith("/.mergefarm")) {
        folder = folder.substring(0, folder.length() - "/.mergefarm".length());
        file = ".mergefarm/" + file;
      }
      folders.computeIfAbsent(folder, name -> new HashSet<>()).add(file);
    }
    List<String> names = new ArrayList<>();
    folders.forEach(
        (folder, files) -> {
          if (folder.length() >= ROOT.length() && ModelFiles.isVisible(files)) {
            names.add(folder);
          }
        });
    names.sort(ObjectKeys.ORDER);
    return List.copyOf(names);
  }

  /**
   * The folder of a visible model.
   *
   * @param name with or without the leading {@code models/}
   */
  public Optional<ObjectFolder> find(String name) {
    String whole = name.startsWith(ROOT) ? name : ROOT + name;
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
}
