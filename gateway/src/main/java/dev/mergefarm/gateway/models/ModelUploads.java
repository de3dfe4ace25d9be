package dev.mergefarm.gateway.models;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problems;
import dev.mergefarm.gateway.call.Caller;
import dev.mergefarm.gateway.request.RequestChecks;
import dev.mergefarm.gateway.upload.IncomingFile;
import dev.mergefarm.gateway.upload.IncomingFiles;
import dev.mergefarm.gateway.upload.Upload;
import dev.mergefarm.proto.v1.GetModelRequest;
import dev.mergefarm.proto.v1.Model;
import dev.mergefarm.proto.v1.PutModelHeader;
import dev.mergefarm.service.store.FarmStorage;
import dev.mergefarm.storage.ObjectFolder;
import dev.mergefarm.storage.model.ModelDraft;
import dev.mergefarm.storage.model.ModelFiles;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** Models on their way in. One upload at a time for each reference. */
@ApplicationScoped
public class ModelUploads {

  /** Largest manifest that may come with a model, in bytes; it is held in memory. */
  private static final int MANIFEST_BYTES = 16 << 20;

  private final FarmStorage storage;
  private final ModelService models;
  private final Set<String> running = ConcurrentHashMap.newKeySet();

  @Inject
  public ModelUploads(FarmStorage storage, ModelService models) {
    this.storage = storage;
    this.models = models;
  }

  /**
   * Starts an upload.
   *
   * @throws MergefarmException with every problem of the header, or {@code MODEL_EXISTS}
   */
  public Upload<Model> start(Caller caller, PutModelHeader header) {
    String reference = header.getReference();
    List<IncomingFile> files =
        header.getFilesList().stream()
            .map(file -> new IncomingFile(file.getName(), file.getBytes()))
            .toList();
    check(reference, files);
    if (!running.add(reference)) {
      throw new MergefarmException(
          ErrorCode.MODEL_EXISTS, "The model '" + reference + "' is being sent already.");
    }
    try {
      ModelDraft draft =
          ModelDraft.open(
              new ObjectFolder(storage.store(), reference + "/"),
              "upload-" + UUID.randomUUID(),
              ModelDraft.Existing.REFUSE);
      GetModelRequest result = GetModelRequest.newBuilder().setReference(reference).build();
      Supplier<Model> answer = () -> models.get(caller, result);
      return begin(new ModelUpload(files, draft, answer, () -> running.remove(reference)));
    } catch (RuntimeException failure) {
      running.remove(reference);
      throw failure;
    }
  }

  private static ModelUpload begin(ModelUpload upload) {
    try {
      upload.begin();
      return upload;
    } catch (RuntimeException failure) {
      upload.close();
      throw failure;
    }
  }

  private static void check(String reference, List<IncomingFile> files) {
    Problems problems = new Problems();
    RequestChecks.reference(problems, "header.reference", reference);
    RequestChecks.output(problems, "header.reference", reference);
    IncomingFiles.check(problems, "header.files", files, ModelFiles.PRIVATE_PREFIX);
    List<String> names = files.stream().map(IncomingFile::name).toList();
    if (!names.contains(ModelFiles.CONFIG)) {
      problems.error(
          ErrorCode.MODEL_INCOMPLETE, "header.files", "A model needs " + ModelFiles.CONFIG + ".");
    }
    if (ModelFiles.WEIGHTS.stream().noneMatch(names::contains)) {
      problems.error(
          ErrorCode.MODEL_INCOMPLETE,
          "header.files",
          "A model needs one of " + String.join(", ", ModelFiles.WEIGHTS) + ".");
    }
    files.stream()
        .filter(file -> file.name().equals(ModelFiles.MANIFEST) && file.bytes() > MANIFEST_BYTES)
        .forEach(
            file ->
                problems.error(
                    ErrorCode.REQUEST_LIMIT,
                    "header.files",
                    "A manifest has at most " + MANIFEST_BYTES + " bytes."));
    problems.throwIfErrors();
  }
}
