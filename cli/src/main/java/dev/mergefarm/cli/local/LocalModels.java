package dev.mergefarm.cli.local;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Progress;
import dev.mergefarm.eval.data.DataFiles;
import dev.mergefarm.eval.data.HubDataFiles;
import dev.mergefarm.merge.MergeSettings;
import dev.mergefarm.storage.LocalObjectStore;
import dev.mergefarm.storage.ObjectStore;
import dev.mergefarm.storage.hub.HubClient;
import dev.mergefarm.storage.hub.HubMirror;
import dev.mergefarm.storage.hub.HubResolvers;
import dev.mergefarm.storage.hub.HubSettings;
import dev.mergefarm.storage.model.DefaultModelRepository;
import dev.mergefarm.storage.model.HubModels;
import dev.mergefarm.storage.model.ModelRepository;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The models that commands on this machine find: folders, relative to the working directory, then
 * the hub. What is used of the hub is copied into the {@linkplain CacheFolder cache} once.
 */
public final class LocalModels implements AutoCloseable {

  private final Optional<HubClient> hub;

  /** Has nothing open between calls, so nobody needs to close it. */
  private final Optional<ObjectStore> copies;

  private LocalModels(Optional<HubSettings> hub, Optional<Path> cache) {
    this.hub = hub.map(HubClient::new);
    this.copies = cache.map(LocalObjectStore::new);
  }

  /** As the user's environment says; nothing is asked yet. */
  public static LocalModels open() {
    return new LocalModels(hubSettings(), CacheFolder.find());
  }

  private static Optional<HubSettings> hubSettings() {
    try {
      return HubSettings.fromEnvironment(LocalModels::hubVariable);
    } catch (IllegalArgumentException malformed) {
      throw new MergefarmException(
          ErrorCode.INVALID_VALUE, "HF_ENDPOINT: " + malformed.getMessage(), malformed);
    }
  }

  /** Our own name of a hub's variable comes first. */
  private static String hubVariable(String name) {
    String own =
        switch (name) {
          case "HF_ENDPOINT" -> "mergefarm.hub.endpoint";
          case "HF_TOKEN" -> "mergefarm.hub.token";
          case "HF_HUB_OFFLINE" -> "mergefarm.hub.offline";
          default -> throw new IllegalArgumentException("no variable of a hub: " + name);
        };
    return Settings.find(own).or(() -> Settings.variable(name)).orElse(null);
  }

  /** For checking and planning: headers of the hub's models are read in place. */
  public ModelRepository toCheck() {
    return repository(
        hub.map(
                client ->
                    copies
                        .map(store -> HubResolvers.copiedOrInPlace(mirror(client, store), client))
                        .orElseGet(() -> HubResolvers.inPlace(client)))
            .or(() -> copies.map(HubResolvers::copies)));
  }

  /**
   * For work: the hub's models are copied first, or read in place where there is no room for a
   * cache.
   *
   * @param progress told of the copying, in files and bytes of the stage {@code mirror}
   */
  public ModelRepository toUse(Cancellation cancellation, Progress.Listener progress) {
    return repository(
        hub.map(
                client ->
                    copies
                        .map(
                            store ->
                                HubResolvers.mirrored(
                                    mirror(client, store), cancellation, progress))
                        .orElseGet(() -> HubResolvers.inPlace(client)))
            .or(() -> copies.map(HubResolvers::copies)));
  }

  /** Data sets of the hub. */
  public DataFiles hubData(Cancellation cancellation) {
    return hub.map(
            client ->
                copies
                    .<DataFiles>map(store -> new HubDataFiles(client, store, cancellation))
                    .orElseGet(() -> new HubDataFiles(client)))
        .orElse(DataFiles.NONE);
  }

  /**
   * The hub.
   *
   * @throws MergefarmException with {@code HUB_UNAVAILABLE} where none is to be asked
   */
  public HubClient hub() {
    return hub.orElseThrow(
        () ->
            new MergefarmException(
                ErrorCode.HUB_UNAVAILABLE, "HF_HUB_OFFLINE is set: no hub is asked."));
  }

  private static HubMirror mirror(HubClient client, ObjectStore store) {
    return new HubMirror(client, store, MergeSettings.ENGINE);
  }

  private static ModelRepository repository(Optional<HubModels> hubModels) {
    DefaultModelRepository.Builder builder =
        DefaultModelRepository.builder().localPaths(Path.of(""));
    hubModels.ifPresent(builder::hub);
    return builder.build();
  }

  @Override
  public void close() {
    hub.ifPresent(HubClient::close);
  }
}
