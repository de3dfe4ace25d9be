package dev.mergefarm.storage.hub;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Progress;
import dev.mergefarm.storage.ObjectFolder;
import dev.mergefarm.storage.ObjectStore;
import dev.mergefarm.storage.model.HubModels;
import dev.mergefarm.storage.model.StoredModels;
import java.util.Optional;
import java.util.function.Supplier;

/** The ways in which a repository can find models on a hub. */
public final class HubResolvers {

  private HubResolvers() {}

  /** Reads headers and small files from the hub, and tensor bytes only when asked for. */
  public static HubModels inPlace(HubClient hub) {
    return (path, revision) ->
        found(path, () -> new ObjectFolder(hub.store(hub.model(path, revision)), ""));
  }

  /** The same, but a copy that is there already is read instead of the hub. */
  public static HubModels copiedOrInPlace(HubMirror copies, HubClient hub) {
    HubModels inPlace = inPlace(hub);
    return (path, revision) ->
        HubClient.isRepository(path)
            ? copies.find(path, revision).or(() -> inPlace.find(path, revision))
            : Optional.empty();
  }

  /** Copies that were made earlier, and nothing else: what is left without a network. */
  public static HubModels copies(ObjectStore store) {
    StoredModels models = new StoredModels(store);
    return (path, revision) ->
        HubClient.isRepository(path)
            ? models.find(StoredModels.nameOf(path, revision))
            : Optional.empty();
  }

  /**
   * Copies a model into the farm's store when it is opened for the first time.
   *
   * @param listener told of the copying
   */
  public static HubModels mirrored(
      HubMirror mirror, Cancellation cancellation, Progress.Listener listener) {
    return (path, revision) ->
        found(path, () -> mirror.mirror(path, revision, cancellation, listener));
  }

  private static Optional<ObjectFolder> found(String path, Supplier<ObjectFolder> find) {
    if (!HubClient.isRepository(path)) {
      return Optional.empty();
    }
    try {
      return Optional.of(find.get());
    } catch (MergefarmException failure) {
      if (failure.code() == ErrorCode.MODEL_NOT_FOUND) {
        return Optional.empty();
      }
      throw failure;
    }
  }
}
