package dev.mergefarm.storage.hub;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Progress;
import dev.mergefarm.storage.ObjectFolder;
import dev.mergefarm.storage.ObjectStore;
import dev.mergefarm.storage.ObjectUpload;
import dev.mergefarm.storage.hub.HubModel.HubFile;
import dev.mergefarm.storage.manifest.FileDigest;
import dev.mergefarm.storage.manifest.Manifest;
import dev.mergefarm.storage.model.ModelDraft;
import dev.mergefarm.storage.model.StoredModels;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Copies models of a hub into a farm's store, each once: {@code org/name@revision} becomes {@code
 * models/org/name@revision}. Files are checked against the hub's digests; a copy that was broken
 * off goes on with the files that are missing. Safe for many threads.
 */
public final class HubMirror {

  private final HubClient hub;
  private final ObjectStore store;
  private final String engine;

  /**
   * @param store the farm's own
   * @param engine program and version, for the manifest
   */
  public HubMirror(HubClient hub, ObjectStore store, String engine) {
    this.hub = hub;
    this.store = store;
    this.engine = engine;
  }

  /** The copy of a model where it is there already; the hub is not asked. */
  public Optional<ObjectFolder> find(String repository, String revision) {
    return new StoredModels(store).find(StoredModels.nameOf(repository, revision));
  }

  /**
   * The copy of a model, made now if it is not there.
   *
   * @param listener told after each block, in files and bytes of the stage {@code mirror}
   */
  public ObjectFolder mirror(
      String repository, String revision, Cancellation cancellation, Progress.Listener listener) {
    Optional<ObjectFolder> present = find(repository, revision);
    if (present.isPresent()) {
      return present.get();
    }
    HubModel model = CancellableCall.of(cancellation, () -> hub.model(repository, revision));
    String name = StoredModels.nameOf(repository, revision);
    return copy(model, new ObjectFolder(store, name + "/"), cancellation, listener);
  }

  /** The files of a model that a copy has. */
  public static List<HubFile> files(HubModel model) {
    return HubFiles.wanted(model);
  }

  /**
   * Copies a model into a folder, or goes on with a copy that was broken off.
   *
   * @throws MergefarmException with {@code MODEL_EXISTS} where another model is
   */
  public ObjectFolder copy(
      HubModel model, ObjectFolder folder, Cancellation cancellation, Progress.Listener listener) {
    List<HubFile> files = HubFiles.wanted(model);
    ModelDraft draft = ModelDraft.open(folder, model.origin(), ModelDraft.Existing.REFUSE);
    try (ObjectStore source = hub.store(model)) {
      HubCopy copy = new HubCopy(files, cancellation, listener);
      for (HubFile file : files) {
        copyFile(source, draft, file, copy, cancellation);
      }
    }
    draft.publish(outputs -> manifest(model, outputs));
    return folder;
  }

  private static void copyFile(
      ObjectStore source, ModelDraft draft, HubFile file, HubCopy copy, Cancellation cancellation) {
    if (draft.finished(file.path()).isPresent()) {
      copy.skip(file.size());
      return;
    }
    HubFileCopy content = new HubFileCopy(source, file, cancellation);
    try (ObjectUpload upload = draft.upload(file.path(), file.size())) {
      content.into(upload, copy::advance);
      upload.publish();
      content.check(draft.finished(file.path()).orElseThrow(), () -> draft.drop(file.path()));
      copy.finish();
    }
  }

  private Manifest manifest(HubModel model, List<FileDigest> outputs) {
    return new Manifest(
        engine,
        Optional.of(model.origin()),
        Optional.of(model.origin()),
        Optional.empty(),
        OptionalLong.empty(),
        List.of(),
        outputs);
  }
}
