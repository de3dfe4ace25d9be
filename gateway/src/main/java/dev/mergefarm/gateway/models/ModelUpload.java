package dev.mergefarm.gateway.models;

import com.google.protobuf.ByteString;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problems;
import dev.mergefarm.gateway.request.Limits;
import dev.mergefarm.proto.v1.ModelFile;
import dev.mergefarm.proto.v1.PutModelHeader;
import dev.mergefarm.storage.ObjectUpload;
import dev.mergefarm.storage.manifest.FileDigest;
import dev.mergefarm.storage.manifest.Manifest;
import dev.mergefarm.storage.manifest.ManifestJson;
import dev.mergefarm.storage.model.ModelDraft;
import dev.mergefarm.storage.model.ModelFiles;
import dev.mergefarm.storage.safetensors.SafetensorsTensorSource;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A model that a client sends file by file. Nothing is visible before {@link #finish}; closing an
 * unfinished upload removes what was written. Holds one file's stream at a time. Calls come one at
 * a time.
 */
public final class ModelUpload implements AutoCloseable {

  private static final String ENGINE = "mergefarm upload";

  private final PutModelHeader header;
  private final ModelDraft draft;
  private final Runnable onClose;
  private final ByteArrayOutputStream manifest = new ByteArrayOutputStream();
  private int next;
  private long left;
  private ObjectUpload file;
  private boolean finished;

  /**
   * @param header checked already
   * @param onClose called when the upload is closed
   */
  ModelUpload(PutModelHeader header, ModelDraft draft, Runnable onClose) {
    this.header = header;
    this.draft = draft;
    this.onClose = onClose;
  }

  /** Opens the first file; to be called once, before the first chunk. */
  void begin() {
    advance();
  }

  /** Appends bytes to the file whose turn it is. */
  public void write(ByteString chunk) {
    if (chunk.size() > Limits.CHUNK_BYTES) {
      throw wrong("A chunk has " + chunk.size() + " bytes; at most " + Limits.CHUNK_BYTES + ".");
    }
    if (chunk.isEmpty()) {
      return;
    }
    if (chunk.size() > left) {
      throw wrong(
          next > header.getFilesCount()
              ? "Bytes come after the last file."
              : "The file '" + current().getName() + "' is longer than announced.");
    }
    if (isManifest(current())) {
      manifest.writeBytes(chunk.toByteArray());
    } else {
      file.write(MemorySegment.ofBuffer(chunk.asReadOnlyByteBuffer()));
    }
    left -= chunk.size();
    if (left == 0) {
      completeFile();
      advance();
    }
  }

  /** Checks what was sent and makes the model visible. */
  public void finish() {
    if (next <= header.getFilesCount()) {
      throw wrong(
          "The stream ends " + left + " bytes before the end of '" + current().getName() + "'.");
    }
    if (SafetensorsTensorSource.isIn(draft.folder())) {
      SafetensorsTensorSource.open(draft.folder()).close();
    }
    draft.publish(this::manifest);
    finished = true;
  }

  @Override
  public void close() {
    try {
      if (file != null) {
        file.close();
      }
      if (!finished) {
        draft.discard();
      }
    } finally {
      onClose.run();
    }
  }

  /** Moves on to the next file that has bytes; files without are written at once. */
  private void advance() {
    left = 0;
    while (left == 0 && next <= header.getFilesCount()) {
      next++;
      if (next <= header.getFilesCount()) {
        left = current().getBytes();
        if (!isManifest(current())) {
          file = draft.upload(current().getName(), left);
        }
        if (left == 0) {
          completeFile();
        }
      }
    }
  }

  private void completeFile() {
    if (file != null) {
      file.publish();
      file.close();
      file = null;
    }
  }

  private ModelFile current() {
    return header.getFiles(next - 1);
  }

  private static boolean isManifest(ModelFile file) {
    return file.getName().equals(ModelFiles.MANIFEST);
  }

  /** The manifest that came with the model, if it tells the truth; else one that says: a copy. */
  private Manifest manifest(List<FileDigest> outputs) {
    if (manifest.size() == 0) {
      return new Manifest(
          ENGINE,
          Optional.empty(),
          Optional.of("upload"),
          Optional.empty(),
          OptionalLong.empty(),
          List.of(),
          outputs);
    }
    Manifest sent = ManifestJson.read(manifest.toByteArray());
    Problems problems = new Problems();
    for (FileDigest stated : sent.outputs()) {
      if (!outputs.contains(stated)) {
        problems.error(
            ErrorCode.MODEL_INCOMPLETE,
            stated.name(),
            "The file is not the one that the model's manifest describes.");
      }
    }
    problems.throwIfErrors();
    return sent;
  }

  private static MergefarmException wrong(String message) {
    return new MergefarmException(ErrorCode.INVALID_VALUE, message);
  }
}
