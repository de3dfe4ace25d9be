package dev.mergefarm.storage.model;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.storage.ObjectFolder;
import dev.mergefarm.storage.ObjectInfo;
import dev.mergefarm.storage.ObjectKeys;
import dev.mergefarm.storage.safetensors.SafetensorsTensorSource;
import dev.mergefarm.storage.tensor.TensorSource;
import dev.mergefarm.storage.torch.TorchTensorSource;
import java.util.List;
import java.util.Optional;

/** A model that lies in one folder of a store. Safe for many threads. */
final class FolderModel implements Model {

  private static final int FILE_LIMIT = 64 << 20;

  private final ModelReference reference;
  private final ObjectFolder folder;
  private final Runnable onClose;
  private List<String> files;
  private TensorSource tensors;

  /**
   * @param onClose releases the store, where it was opened for this model
   */
  FolderModel(ModelReference reference, ObjectFolder folder, Runnable onClose) {
    this.reference = reference;
    this.folder = folder;
    this.onClose = onClose;
  }

  @Override
  public ModelReference reference() {
    return reference;
  }

  @Override
  public ObjectFolder folder() {
    return folder;
  }

  @Override
  public synchronized List<String> files() {
    if (files == null) {
      files =
          folder.list().stream()
              .map(ObjectInfo::key)
              .filter(name -> !name.startsWith(ModelFiles.PRIVATE_PREFIX))
              .toList();
    }
    return files;
  }

  @Override
  public Optional<byte[]> file(String name) {
    ObjectKeys.check(name);
    return folder.find(name).isEmpty()
        ? Optional.empty()
        : Optional.of(folder.readAll(name, FILE_LIMIT));
  }

  @Override
  public synchronized TensorSource tensors() {
    if (tensors == null) {
      tensors = openTensors();
    }
    return tensors;
  }

  private TensorSource openTensors() {
    if (SafetensorsTensorSource.isIn(folder)) {
      return SafetensorsTensorSource.open(folder);
    }
    if (TorchTensorSource.isIn(folder)) {
      return TorchTensorSource.open(folder);
    }
    throw new MergefarmException(
        ErrorCode.MODEL_INCOMPLETE,
        "'%s' has none of the weight files %s."
            .formatted(reference.text(), String.join(", ", ModelFiles.WEIGHTS)));
  }

  @Override
  public synchronized void close() {
    if (tensors != null) {
      tensors.close();
    }
    onClose.run();
  }
}
