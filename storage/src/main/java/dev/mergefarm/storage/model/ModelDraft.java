package dev.mergefarm.storage.model;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.storage.JsonFiles;
import dev.mergefarm.storage.ObjectFolder;
import dev.mergefarm.storage.ObjectInfo;
import dev.mergefarm.storage.ObjectKeys;
import dev.mergefarm.storage.ObjectUpload;
import dev.mergefarm.storage.manifest.DigestingUpload;
import dev.mergefarm.storage.manifest.FileDigest;
import dev.mergefarm.storage.manifest.Manifest;
import dev.mergefarm.storage.manifest.ManifestJson;
import dev.mergefarm.storage.manifest.Sha256;
import java.lang.foreign.MemorySegment;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * A model being written. Readers of the folder see nothing of it until {@link #publish}; each
 * finished file is noted with its digest, so that a later attempt at the same plan finds it done.
 * Two attempts at one plan at the same time do no harm, since they write the same bytes. Safe for
 * many threads.
 */
public final class ModelDraft {

  /** What to do when the folder holds a model that readers see. */
  public enum Existing {
    /** Fail with {@code MODEL_EXISTS}, unless it is this plan's own result. */
    REFUSE,
    /** Remove its manifest, its weights and every file that its manifest lists. */
    REPLACE
  }

  private static final String FINISHED = ModelFiles.PRIVATE_PREFIX + "finished/";
  private static final String NOTE_END = ".json";
  private static final int NOTE_LIMIT = 64 << 10;

  private final ObjectFolder folder;
  private final SortedMap<String, FileDigest> finished = new TreeMap<>(ObjectKeys.ORDER);
  private boolean published;

  private ModelDraft(ObjectFolder folder) {
    this.folder = folder;
  }

  /**
   * Starts a draft, or goes on with the one that is there if its plan is the same.
   *
   * @param plan a digest of everything that determines the bytes of the result
   */
  public static ModelDraft open(ObjectFolder folder, String plan, Existing existing) {
    ModelDraft draft = new ModelDraft(folder);
    Set<String> files = new HashSet<>();
    folder.list().forEach(info -> files.add(info.key()));
    if (ModelFiles.isVisible(files)) {
      if (!draft.takeOver(plan, files)) {
        draft.replace(plan, existing, files);
      }
    } else if (files.contains(ModelFiles.DRAFT) && draft.planIs(plan)) {
      draft.readFinished(files);
    } else {
      draft.removeDraft(files);
      draft.start(plan);
    }
    return draft;
  }

  /** Whether readers see the model: it was published, now or by an earlier attempt. */
  public synchronized boolean published() {
    return published;
  }

  public ObjectFolder folder() {
    return folder;
  }

  /** The files finished so far, by this attempt or an earlier one, by name. */
  public synchronized SequencedMap<String, FileDigest> finished() {
    return Collections.unmodifiableSortedMap(new TreeMap<>(finished));
  }

  /** The digest of a file that is finished. */
  public synchronized Optional<FileDigest> finished(String file) {
    return Optional.ofNullable(finished.get(file));
  }

  /**
   * Starts writing a file. It counts as finished once the upload is published.
   *
   * @param size exact length in bytes
   */
  public ObjectUpload upload(String file, long size) {
    DigestingUpload upload =
        new DigestingUpload(folder.store().upload(folder.key(file), size), file);
    return new NotingUpload(upload);
  }

  /** Writes a small file. */
  public void put(String file, byte[] content) {
    folder.store().put(folder.key(file), content);
    note(new FileDigest(file, content.length, Sha256.of(content)));
  }

  /** Removes a file that was finished. */
  public void drop(String file) {
    folder.store().delete(folder.key(FINISHED + file + NOTE_END));
    folder.store().delete(folder.key(file));
    synchronized (this) {
      finished.remove(file);
    }
  }

  /**
   * Makes the model visible with a manifest of all finished files.
   *
   * @param manifest made from the digests of the outputs, in the order of names
   */
  public synchronized Manifest publish(Function<List<FileDigest>, Manifest> manifest) {
    removeStaleWeights();
    Manifest complete = manifest.apply(List.copyOf(finished.values()));
    folder.store().put(folder.key(ModelFiles.MANIFEST), ManifestJson.write(complete));
    published = true;
    folder.store().removeUnfinishedUploads(folder.prefix());
    removePrivate();
    return complete;
  }

  /** Weights that a crash during a replacement left, and that a loader could prefer. */
  private void removeStaleWeights() {
    for (ObjectInfo info : folder.list()) {
      if (ModelFiles.isWeightFile(info.key()) && !finished.containsKey(info.key())) {
        folder.store().delete(folder.key(info.key()));
      }
    }
  }

  /** Removes everything that was written, unless it is published. */
  public synchronized void discard() {
    if (published) {
      return;
    }
    for (String file : finished.keySet()) {
      folder.store().delete(folder.key(file));
    }
    finished.clear();
    folder.store().removeUnfinishedUploads(folder.prefix());
    removePrivate();
  }

  /** A finished model of the same plan is this draft, complete. */
  private boolean takeOver(String plan, Set<String> files) {
    if (!files.contains(ModelFiles.MANIFEST)) {
      return false;
    }
    Manifest manifest = readManifest();
    if (!manifest.plan().equals(Optional.of(plan))) {
      return false;
    }
    manifest.outputs().forEach(this::keepIfThere);
    published = true;
    return true;
  }

  /**
   * Order matters for a crash in between: notes of old files go before the new marker is there, and
   * the manifest goes after, since from then on the marker hides what is left.
   */
  private void replace(String plan, Existing existing, Set<String> files) {
    if (existing == Existing.REFUSE) {
      throw new MergefarmException(
          ErrorCode.MODEL_EXISTS, "There is a model in " + folder.location() + " already.");
    }
    removeNotes(files);
    start(plan);
    removeModel(files);
  }

  private Manifest readManifest() {
    return ManifestJson.read(folder.readAll(ModelFiles.MANIFEST, JsonFiles.LIMIT));
  }

  private void start(String plan) {
    byte[] content = JsonFiles.write(JsonFiles.object().put("plan", plan));
    folder.store().put(folder.key(ModelFiles.DRAFT), content);
  }

  private boolean planIs(String plan) {
    byte[] content = folder.readAll(ModelFiles.DRAFT, NOTE_LIMIT);
    return plan.equals(JsonFiles.parseObject(ModelFiles.DRAFT, content).path("plan").textValue());
  }

  private void removeModel(Set<String> files) {
    Set<String> stale = new HashSet<>();
    if (files.contains(ModelFiles.MANIFEST)) {
      readManifest().outputs().forEach(file -> stale.add(file.name()));
      folder.store().delete(folder.key(ModelFiles.MANIFEST));
    }
    stale.retainAll(files);
    files.stream().filter(ModelFiles::isWeightFile).forEach(stale::add);
    stale.forEach(file -> folder.store().delete(folder.key(file)));
  }

  /** Another plan's files must not be taken for this one's. */
  private void removeDraft(Set<String> files) {
    for (String note : notes(files)) {
      folder.store().delete(folder.key(fileOf(note)));
    }
    removeNotes(files);
  }

  private void removeNotes(Set<String> files) {
    notes(files).forEach(note -> folder.store().delete(folder.key(note)));
  }

  private void removePrivate() {
    for (ObjectInfo info : folder.list()) {
      if (info.key().startsWith(ModelFiles.PRIVATE_PREFIX)
          && !info.key().equals(ModelFiles.DRAFT)) {
        folder.store().delete(folder.key(info.key()));
      }
    }
    folder.store().delete(folder.key(ModelFiles.DRAFT));
  }

  private void readFinished(Set<String> files) {
    for (String note : notes(files)) {
      String file = fileOf(note);
      JsonNode content = JsonFiles.parseObject(note, folder.readAll(note, NOTE_LIMIT));
      keepIfThere(
          new FileDigest(file, content.path("bytes").longValue(), content.path("sha256").asText()));
    }
  }

  private void keepIfThere(FileDigest file) {
    if (folder.find(file.name()).filter(info -> info.size() == file.bytes()).isPresent()) {
      finished.put(file.name(), file);
    }
  }

  private void note(FileDigest file) {
    byte[] content =
        JsonFiles.write(JsonFiles.object().put("bytes", file.bytes()).put("sha256", file.sha256()));
    folder.store().put(folder.key(FINISHED + file.name() + NOTE_END), content);
    synchronized (this) {
      finished.put(file.name(), file);
    }
  }

  private static List<String> notes(Set<String> files) {
    return files.stream()
        .filter(file -> file.startsWith(FINISHED) && file.endsWith(NOTE_END))
        .sorted()
        .toList();
  }

  private static String fileOf(String note) {
    return note.substring(FINISHED.length(), note.length() - NOTE_END.length());
  }

  /** Notes the digest of a file once it is there. */
  private final class NotingUpload implements ObjectUpload {

    private final DigestingUpload upload;

    NotingUpload(DigestingUpload upload) {
      this.upload = upload;
    }

    @Override
    public void write(MemorySegment block) {
      upload.write(block);
    }

    @Override
    public ObjectInfo publish() {
      ObjectInfo info = upload.publish();
      note(upload.result());
      return info;
    }

    @Override
    public void close() {
      upload.close();
    }
  }
}
