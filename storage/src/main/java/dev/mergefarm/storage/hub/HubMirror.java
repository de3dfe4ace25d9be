package dev.mergefarm.storage.hub;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.ErrorCode;
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
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Copies models of a hub into a farm's store, each once: {@code org/name@revision} becomes {@code
 * models/org/name@revision}. Files are checked against the hub's digests; a copy that was broken
 * off goes on with the files that are missing. Safe for many threads.
 */
public final class HubMirror {

  private static final long BLOCK = 32L << 20;

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

  /**
   * The copy of a model, made now if it is not there.
   *
   * @param listener told after each block, in files and bytes of the stage {@code mirror}
   */
  public ObjectFolder mirror(
      String repository, String revision, Cancellation cancellation, Progress.Listener listener) {
    String name = StoredModels.nameOf(repository, revision);
    Optional<ObjectFolder> present = new StoredModels(store).find(name);
    if (present.isPresent()) {
      return present.get();
    }
    HubModel model = hub.model(repository, revision);
    List<HubFile> files = HubFiles.wanted(model);
    ObjectFolder folder = new ObjectFolder(store, name + "/");
    ModelDraft draft = ModelDraft.open(folder, model.origin(), ModelDraft.Existing.REFUSE);
    try (ObjectStore source = hub.store(model)) {
      HubCopy copy = new HubCopy(files, cancellation, listener);
      for (HubFile file : files) {
        copyFile(source, draft, file, copy);
      }
    }
    draft.publish(outputs -> manifest(model, outputs));
    return folder;
  }

  private static void copyFile(ObjectStore source, ModelDraft draft, HubFile file, HubCopy copy) {
    if (draft.finished(file.path()).isPresent()) {
      copy.skip(file.size());
      return;
    }
    try (Arena arena = Arena.ofShared();
        ObjectUpload upload = draft.upload(file.path(), file.size())) {
      MemorySegment buffer = arena.allocate(Math.min(BLOCK, file.size()));
      GitBlob blob = new GitBlob(file.size());
      for (long done = 0; done < file.size(); done += buffer.byteSize()) {
        MemorySegment block = buffer.asSlice(0, Math.min(buffer.byteSize(), file.size() - done));
        source.read(file.path(), done, block);
        if (file.sha256().isEmpty()) {
          blob.update(block);
        }
        upload.write(block);
        copy.advance(block.byteSize());
      }
      upload.publish();
      check(draft, file, blob);
      copy.finish();
    }
  }

  private static void check(ModelDraft draft, HubFile file, GitBlob blob) {
    FileDigest written = draft.finished(file.path()).orElseThrow();
    boolean same =
        file.sha256()
            .map(written.sha256()::equals)
            .or(() -> file.blob().map(blob.finish()::equals))
            .orElse(true);
    if (!same) {
      draft.drop(file.path());
      throw new MergefarmException(
          ErrorCode.MALFORMED_TENSOR_FILE,
          "'" + file.path() + "' arrived with another digest than the hub lists.");
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
