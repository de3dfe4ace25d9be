package dev.mergefarm.eval.data;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.storage.hub.HubClient;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Data sets of a hub, by their ids: the first two parts of a path name the data set, the rest a
 * file in it. A data set is looked up once and stays at the commit found then.
 */
public final class HubDataFiles implements DataFiles {

  private final HubClient hub;
  private final Map<String, Optional<DataFiles>> repositories = new ConcurrentHashMap<>();

  /**
   * @param hub closed by the caller after the last use
   */
  public HubDataFiles(HubClient hub) {
    this.hub = hub;
  }

  /**
   * @throws MergefarmException {@code HUB_UNAVAILABLE} or {@code HUB_DENIED}; a data set that the
   *     hub does not have is only not found
   */
  @Override
  public List<DataFile> find(String pattern) {
    String[] parts = pattern.split("/", 3);
    if (parts.length < 3 || parts[0].equals("datasets")) {
      return List.of();
    }
    String repository = parts[0] + "/" + parts[1];
    if (!HubClient.isRepository(repository)) {
      return List.of();
    }
    return repositories
        .computeIfAbsent(repository, this::open)
        .map(files -> files.find(parts[2]))
        .orElse(List.of())
        .stream()
        .map(file -> new DataFile(repository + "/" + file.name(), file.path(), file.content()))
        .toList();
  }

  private Optional<DataFiles> open(String repository) {
    try {
      return Optional.of(
          new StoreDataFiles(hub.store(hub.dataset(repository, HubClient.DEFAULT_REVISION)), ""));
    } catch (MergefarmException e) {
      if (e.code() == ErrorCode.DATA_NOT_FOUND) {
        return Optional.empty();
      }
      throw e;
    }
  }
}
