package dev.mergefarm.storage.safetensors;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problem;
import dev.mergefarm.storage.ObjectFolder;
import dev.mergefarm.storage.tensor.TensorInfo;
import dev.mergefarm.storage.tensor.TensorRanges;
import dev.mergefarm.storage.tensor.TensorSource;
import java.lang.foreign.MemorySegment;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/**
 * The tensors of a safetensors checkpoint, in one file or several with an index. Opening reads and
 * checks the headers of all files, several at a time; tensor bytes are read when asked for. Does
 * not own the store.
 */
public final class SafetensorsTensorSource implements TensorSource {

  /** The name of an unsharded checkpoint. */
  public static final String SINGLE_FILE = "model.safetensors";

  /** The name of a sharded checkpoint's index; it wins where both are there. */
  public static final String INDEX_FILE = "model.safetensors.index.json";

  private final ObjectFolder folder;
  private final SequencedMap<String, TensorInfo> tensors;
  private final List<Problem> warnings;

  private SafetensorsTensorSource(
      ObjectFolder folder, SequencedMap<String, TensorInfo> tensors, List<Problem> warnings) {
    this.folder = folder;
    this.tensors = Collections.unmodifiableSequencedMap(tensors);
    this.warnings = List.copyOf(warnings);
  }

  /** Whether the folder holds a safetensors checkpoint under one of the two usual names. */
  public static boolean isIn(ObjectFolder folder) {
    return folder.find(INDEX_FILE).isPresent() || folder.find(SINGLE_FILE).isPresent();
  }

  /**
   * Opens the checkpoint of a model's folder.
   *
   * @throws MergefarmException with {@code MODEL_INCOMPLETE} for a missing file or an index that
   *     does not fit its files, {@code MALFORMED_TENSOR_FILE}, {@code UNSUPPORTED_DTYPE} or {@code
   *     MALFORMED_JSON}; all problems of all files at once
   */
  public static SafetensorsTensorSource open(ObjectFolder folder) {
    return folder.find(INDEX_FILE).isPresent()
        ? openIndexed(folder, INDEX_FILE)
        : openFile(folder, SINGLE_FILE);
  }

  /** Opens one file on its own, such as {@code adapter_model.safetensors}. */
  public static SafetensorsTensorSource openFile(ObjectFolder folder, String file) {
    if (folder.find(file).isEmpty()) {
      throw new MergefarmException(
          ErrorCode.MODEL_INCOMPLETE, "There is no '" + file + "' in " + folder.location() + ".");
    }
    SequencedMap<String, TensorInfo> tensors = new LinkedHashMap<>();
    tensors.putAll(SafetensorsHeader.read(folder, file).byName());
    return new SafetensorsTensorSource(folder, tensors, List.of());
  }

  /** Opens the files that an index names. */
  public static SafetensorsTensorSource openIndexed(ObjectFolder folder, String indexFile) {
    ShardedTensors sharded =
        ShardedTensors.read(
            folder, indexFile, file -> SafetensorsHeader.read(folder, file).tensors());
    return new SafetensorsTensorSource(folder, sharded.tensors(), sharded.warnings());
  }

  @Override
  public SequencedMap<String, TensorInfo> tensors() {
    return tensors;
  }

  @Override
  public void read(TensorInfo tensor, long offset, MemorySegment target) {
    TensorRanges.check(tensor, offset, target.byteSize());
    folder.read(tensor.file(), tensor.offset() + offset, target);
  }

  @Override
  public List<Problem> warnings() {
    return warnings;
  }

  @Override
  public void close() {
    // The store belongs to whoever opened it.
  }
}
