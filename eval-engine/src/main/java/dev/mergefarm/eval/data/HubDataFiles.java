package dev.mergefarm.eval.data;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.storage.ObjectStore;
import dev.mergefarm.storage.hub.HubClient;
import dev.mergefarm.storage.hub.HubModel;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * Data sets of a hub under {@code datasets/ID/}, where readers look last for an id; other paths
 * name no data set, and the hub is not asked for them. A data set is looked up once and stays at
 * the commit found then.
 */
public final class HubDataFiles implements DataFiles {

  private static final String ROOT = "datasets";

  private final HubClient hub;
  private final Function<HubModel, ObjectStore> reading;
  private final Map<String, Optional<DataFiles>> repositories = new ConcurrentHashMap<>();

  /**
   * @param hub closed by the caller after the last use
   */
  public HubDataFiles(HubClient hub) {
    this(hub, hub::store);
  }

  /**
   * Keeps each file that is read, so that it is asked for once.
   *
   * @param copies where the files are kept, by commit
   * @param cancellation ends the copying
   */
  public HubDataFiles(HubClient hub, ObjectStore copies, Cancellation cancellation) {
    this(hub, dataset -> hub.store(dataset, copies, cancellation));
  }

  private HubDataFiles(HubClient hub, Function<HubModel, ObjectStore> reading) {
    this.hub = hub;
    this.reading = reading;
  }

  /**
   * @throws MergefarmException {@code HUB_UNAVAILABLE} or {@code HUB_DENIED}; a data set that the
   *     hub does not have is only not found
   */
  @Override
  public List<DataFile> find(String pattern) {
    String[] parts = pattern.split("/", 4);
    if (parts.length < 4 || !parts[0].equals(ROOT)) {
      return List.of();
    }
    String repository = parts[1] + "/" + parts[2];
    if (!HubClient.isRepository(repository)) {
      return List.of();
    }
    return repositories
        .computeIfAbsent(repository, this::open)
        .map(files -> files.find(parts[3]))
        .orElse(List.of())
        .stream()
        .map(
            file ->
                new DataFile(
                    ROOT + "/" + repository + "/" + file.name(), file.path(), file.content()))
        .toList();
  }

  private Optional<DataFiles> open(String repository) {
    try {
      return Optional.of(
          new StoreDataFiles(
              reading.apply(hub.dataset(repository, HubClient.DEFAULT_REVISION)), ""));
    } catch (MergefarmException e) {
      if (e.code() == ErrorCode.DATA_NOT_FOUND) {
        return Optional.empty();
      }
      throw e;
    }
  }
}
