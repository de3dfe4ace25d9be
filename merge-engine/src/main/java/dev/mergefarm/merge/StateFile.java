package dev.mergefarm.merge;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.storage.LocalObjectStore;
import dev.mergefarm.storage.ObjectFolder;
import dev.mergefarm.storage.model.Model;
import dev.mergefarm.storage.model.ModelReference;
import dev.mergefarm.storage.safetensors.SafetensorsTensorSource;
import dev.mergefarm.storage.tensor.TensorInfo;
import dev.mergefarm.storage.tensor.TensorSource;
import dev.mergefarm.storage.torch.TorchTensorSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Tensors in a file of this machine that is no model: safetensors, torch's zip format, or an index
 * of several such files beside it. Its only files are those that hold the tensors.
 */
final class StateFile implements Model {

  private static final String INDEX_END = ".index.json";

  private final ModelReference reference;
  private final LocalObjectStore store;
  private final ObjectFolder folder;
  private final TensorSource tensors;
  private final SortedSet<String> files = new TreeSet<>();

  /**
   * Opens a file and reads its header.
   *
   * @throws MergefarmException with {@code OBJECT_NOT_FOUND}, or what the file's format gives
   */
  StateFile(String path) {
    Path file = Path.of(path).toAbsolutePath().normalize();
    if (!Files.isRegularFile(file)) {
      throw new MergefarmException(ErrorCode.OBJECT_NOT_FOUND, "There is no file '" + path + "'.");
    }
    String name = file.getFileName().toString();
    reference = ModelReference.ofPath(path);
    store = new LocalObjectStore(file.getParent());
    folder = new ObjectFolder(store, "");
    tensors = open(folder, name);
    files.add(name);
    tensors.tensors().values().stream().map(TensorInfo::file).forEach(files::add);
  }

  private static TensorSource open(ObjectFolder folder, String name) {
    String kind =
        name.endsWith(INDEX_END) ? name.substring(0, name.length() - INDEX_END.length()) : name;
    boolean index = !kind.equals(name);
    if (kind.endsWith(".safetensors")) {
      return index
          ? SafetensorsTensorSource.openIndexed(folder, name)
          : SafetensorsTensorSource.openFile(folder, name);
    }
    return index
        ? TorchTensorSource.openIndexed(folder, name)
        : TorchTensorSource.openFile(folder, name);
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
  public List<String> files() {
    return List.copyOf(files);
  }

  @Override
  public Optional<byte[]> file(String name) {
    return Optional.empty();
  }

  @Override
  public TensorSource tensors() {
    return tensors;
  }

  @Override
  public void close() {
    tensors.close();
    store.close();
  }
}
