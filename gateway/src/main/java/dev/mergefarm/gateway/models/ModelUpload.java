package dev.mergefarm.gateway.models;

import com.google.protobuf.ByteString;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problems;
import dev.mergefarm.gateway.upload.IncomingFile;
import dev.mergefarm.gateway.upload.IncomingFiles;
import dev.mergefarm.gateway.upload.Upload;
import dev.mergefarm.proto.v1.Model;
import dev.mergefarm.storage.ObjectUpload;
import dev.mergefarm.storage.manifest.FileDigest;
import dev.mergefarm.storage.manifest.Manifest;
import dev.mergefarm.storage.manifest.ManifestJson;
import dev.mergefarm.storage.model.ModelDraft;
import dev.mergefarm.storage.model.ModelFiles;
import dev.mergefarm.storage.safetensors.SafetensorsTensorSource;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;

/** A model that a client sends; a draft until it is finished. */
final class ModelUpload implements Upload<Model>, IncomingFiles.Target {

  private static final String ENGINE = "mergefarm upload";

  private final IncomingFiles files;
  private final ModelDraft draft;
  private final Supplier<Model> answer;
  private final Runnable onClose;
  private final ByteArrayOutputStream manifest = new ByteArrayOutputStream();
  private Optional<ObjectUpload> file = Optional.empty();
  private boolean finished;

  /**
   * @param files announced and checked
   * @param answer describes the model once it is visible
   * @param onClose called when the upload is closed
   */
  ModelUpload(
      List<IncomingFile> files, ModelDraft draft, Supplier<Model> answer, Runnable onClose) {
    this.files = new IncomingFiles(files, this);
    this.draft = draft;
    this.answer = answer;
    this.onClose = onClose;
  }

  /** Opens the first file; to be called once. */
  void begin() {
    files.begin();
  }

  @Override
  public void begin(IncomingFile next) {
    // The manifest is kept back: it is what makes the model visible.
    file =
        next.name().equals(ModelFiles.MANIFEST)
            ? Optional.empty()
            : Optional.of(draft.upload(next.name(), next.bytes()));
  }

  @Override
  public void write(ByteString chunk) {
    files.write(chunk);
  }

  @Override
  public void write(MemorySegment bytes) {
    file.ifPresentOrElse(
        upload -> upload.write(bytes),
        () -> manifest.writeBytes(bytes.toArray(ValueLayout.JAVA_BYTE)));
  }

  @Override
  public void end(IncomingFile complete) {
    file.ifPresent(
        upload -> {
          upload.publish();
          upload.close();
        });
    file = Optional.empty();
  }

  @Override
  public Model finish() {
    files.requireComplete();
    if (SafetensorsTensorSource.isIn(draft.folder())) {
      // Reads and checks all headers.
      SafetensorsTensorSource.open(draft.folder()).close();
    }
    draft.publish(this::manifest);
    finished = true;
    return answer.get();
  }

  @Override
  public void close() {
    try {
      file.ifPresent(ObjectUpload::close);
      if (!finished) {
        draft.discard();
      }
    } finally {
      onClose.run();
    }
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
}
