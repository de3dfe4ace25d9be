package dev.mergefarm.gateway.models;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problems;
import dev.mergefarm.gateway.request.Limits;
import dev.mergefarm.gateway.request.RequestChecks;
import dev.mergefarm.proto.v1.ModelFile;
import dev.mergefarm.proto.v1.PutModelHeader;
import dev.mergefarm.service.store.FarmStorage;
import dev.mergefarm.storage.ObjectFolder;
import dev.mergefarm.storage.ObjectKeys;
import dev.mergefarm.storage.model.ModelDraft;
import dev.mergefarm.storage.model.ModelFiles;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** Models on their way in. One upload at a time for each reference. */
@ApplicationScoped
public class ModelUploads {

  private final FarmStorage storage;
  private final Set<String> running = ConcurrentHashMap.newKeySet();

  @Inject
  public ModelUploads(FarmStorage storage) {
    this.storage = storage;
  }

  /**
   * Starts an upload.
   *
   * @throws MergefarmException with every problem of the header, or {@code MODEL_EXISTS}
   */
  public ModelUpload start(PutModelHeader header) {
    check(header);
    String reference = header.getReference();
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
      return begin(new ModelUpload(header, draft, () -> running.remove(reference)));
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

  private static void check(PutModelHeader header) {
    Problems problems = new Problems();
    RequestChecks.reference(problems, "header.reference", header.getReference());
    RequestChecks.output(problems, "header.reference", header.getReference());
    if (header.getFilesCount() > Limits.FILES) {
      problems.error(
          ErrorCode.REQUEST_LIMIT,
          "header.files",
          "At most " + Limits.FILES + " files are allowed, found " + header.getFilesCount() + ".");
    } else {
      checkFiles(problems, header);
    }
    problems.throwIfErrors();
  }

  private static void checkFiles(Problems problems, PutModelHeader header) {
    Set<String> names = new HashSet<>();
    for (int i = 0; i < header.getFilesCount(); i++) {
      ModelFile file = header.getFiles(i);
      String path = "header.files[" + i + "]";
      RequestChecks.notNegative(problems, path + ".bytes", file.getBytes());
      ObjectKeys.fault(file.getName())
          .ifPresent(
              fault ->
                  problems.error(
                      ErrorCode.INVALID_VALUE, path + ".name", "The file's name " + fault + "."));
      if (file.getName().startsWith(ModelFiles.PRIVATE_PREFIX)) {
        problems.error(
            ErrorCode.INVALID_VALUE,
            path + ".name",
            "Names below " + ModelFiles.PRIVATE_PREFIX + " are the farm's own.");
      }
      if (!names.add(file.getName())) {
        problems.error(
            ErrorCode.INVALID_VALUE, path + ".name", "'" + file.getName() + "' is there twice.");
      }
    }
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
  }
}
