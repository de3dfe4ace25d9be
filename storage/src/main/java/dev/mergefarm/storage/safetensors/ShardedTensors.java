package dev.mergefarm.storage.safetensors;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problem;
import dev.mergefarm.storage.BoundedTasks;
import dev.mergefarm.storage.JsonFiles;
import dev.mergefarm.storage.ObjectFolder;
import dev.mergefarm.storage.tensor.TensorInfo;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Function;

/**
 * The tensors of the files that an index names, of whatever format, where index and files agree.
 *
 * @param tensors by name, in the order of files and of offsets within them
 * @param warnings what does not fit without making the checkpoint unreadable
 */
public record ShardedTensors(SequencedMap<String, TensorInfo> tensors, List<Problem> warnings) {

  private static final int FILES_AT_ONCE = 16;

  /**
   * Reads the index and what describes the tensors of each file, several files at a time.
   *
   * @param read the tensors of one file, by its name
   * @throws MergefarmException with every problem of the index and of all files
   */
  public static ShardedTensors read(
      ObjectFolder folder, String indexFile, Function<String, List<TensorInfo>> read) {
    ShardIndex index = ShardIndex.parse(indexFile, folder.readAll(indexFile, JsonFiles.LIMIT));
    ShardCheck check = new ShardCheck(indexFile, index);
    List<String> files = new ArrayList<>(index.files());
    List<Optional<List<TensorInfo>>> found =
        BoundedTasks.map(files, FILES_AT_ONCE, file -> readFile(folder, file, read, check));
    Map<String, Optional<List<TensorInfo>>> byFile = new LinkedHashMap<>();
    for (int i = 0; i < files.size(); i++) {
      byFile.put(files.get(i), found.get(i));
    }
    SequencedMap<String, TensorInfo> tensors = check.join(byFile);
    return new ShardedTensors(tensors, check.warnings());
  }

  private static Optional<List<TensorInfo>> readFile(
      ObjectFolder folder, String file, Function<String, List<TensorInfo>> read, ShardCheck check) {
    if (folder.find(file).isEmpty()) {
      check.missingFile(file);
      return Optional.empty();
    }
    try {
      return Optional.of(read.apply(file));
    } catch (MergefarmException failure) {
      if (failure.code().retryable() || failure.code() == ErrorCode.CANCELLED) {
        throw failure;
      }
      check.unreadableFile(failure.problems());
      return Optional.empty();
    }
  }
}
