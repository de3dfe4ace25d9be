package dev.mergefarm.storage.safetensors;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problem;
import dev.mergefarm.storage.BoundedTasks;
import dev.mergefarm.storage.JsonFiles;
import dev.mergefarm.storage.ObjectFolder;
import dev.mergefarm.storage.tensor.TensorInfo;
import dev.mergefarm.storage.tensor.TensorRanges;
import dev.mergefarm.storage.tensor.TensorSource;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

  private static final int HEADERS_AT_ONCE = 16;

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
    ShardIndex index = ShardIndex.parse(indexFile, folder.readAll(indexFile, JsonFiles.LIMIT));
    ShardCheck check = new ShardCheck(indexFile, index);
    Map<String, Optional<SafetensorsHeader>> headers = new LinkedHashMap<>();
    List<String> files = new ArrayList<>(index.files());
    List<Optional<SafetensorsHeader>> read =
        BoundedTasks.map(files, HEADERS_AT_ONCE, file -> readShard(folder, file, check));
    for (int i = 0; i < files.size(); i++) {
      headers.put(files.get(i), read.get(i));
    }
    SequencedMap<String, TensorInfo> tensors = check.join(headers);
    return new SafetensorsTensorSource(folder, tensors, check.warnings());
  }

  private static Optional<SafetensorsHeader> readShard(
      ObjectFolder folder, String file, ShardCheck check) {
    if (folder.find(file).isEmpty()) {
      check.missingFile(file);
      return Optional.empty();
    }
    try {
      return Optional.of(SafetensorsHeader.read(folder, file));
    } catch (MergefarmException failure) {
      if (failure.code().retryable() || failure.code() == ErrorCode.CANCELLED) {
        throw failure;
      }
      check.unreadableFile(failure.problems());
      return Optional.empty();
    }
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
