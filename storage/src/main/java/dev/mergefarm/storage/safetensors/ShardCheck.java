package dev.mergefarm.storage.safetensors;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problem;
import dev.mergefarm.common.Problems;
import dev.mergefarm.storage.tensor.TensorInfo;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * Holds an index against the files it names. Missing and unreadable files may be told from several
 * threads.
 */
final class ShardCheck {

  private final String indexFile;
  private final ShardIndex index;
  private final Problems problems = new Problems();

  ShardCheck(String indexFile, ShardIndex index) {
    this.indexFile = indexFile;
    this.index = index;
  }

  synchronized void missingFile(String file) {
    problems.error(
        ErrorCode.MODEL_INCOMPLETE, file, "The file that " + indexFile + " names is missing.");
  }

  synchronized void unreadableFile(List<Problem> reasons) {
    problems.addAll(reasons);
  }

  /**
   * The tensors of all files, where index and files agree.
   *
   * @param headers the tensors of each file in the order of the index; empty for a file already
   *     reported
   * @throws dev.mergefarm.common.MergefarmException with everything that does not fit
   */
  synchronized SequencedMap<String, TensorInfo> join(
      Map<String, Optional<List<TensorInfo>>> headers) {
    SequencedMap<String, TensorInfo> tensors = new LinkedHashMap<>();
    headers.forEach((file, header) -> header.ifPresent(found -> joinFile(file, found, tensors)));
    index
        .weightMap()
        .forEach(
            (name, file) -> {
              if (headers.get(file).isPresent() && !tensors.containsKey(name)) {
                problems.error(
                    ErrorCode.MODEL_INCOMPLETE,
                    LayoutCheck.path(file, name),
                    "The tensor that " + indexFile + " names is not in the file.");
              }
            });
    checkTotal(tensors);
    problems.throwIfErrors();
    return tensors;
  }

  synchronized List<Problem> warnings() {
    return problems.warnings();
  }

  private void joinFile(
      String file, List<TensorInfo> found, SequencedMap<String, TensorInfo> tensors) {
    for (TensorInfo tensor : found) {
      String indexed = index.weightMap().get(tensor.name());
      if (file.equals(indexed)) {
        tensors.put(tensor.name(), tensor);
      } else if (indexed == null) {
        problems.error(
            ErrorCode.MODEL_INCOMPLETE,
            LayoutCheck.path(file, tensor.name()),
            "The tensor in the file is not in " + indexFile + ".");
      } else {
        problems.warning(
            ErrorCode.MODEL_INCOMPLETE,
            LayoutCheck.path(file, tensor.name()),
            "The tensor is ignored here, because %s places it in %s."
                .formatted(indexFile, indexed));
      }
    }
  }

  private void checkTotal(SequencedMap<String, TensorInfo> tensors) {
    long sum = tensors.values().stream().mapToLong(TensorInfo::bytes).sum();
    if (!problems.hasErrors()
        && index.totalSize().isPresent()
        && index.totalSize().getAsLong() != sum) {
      problems.warning(
          ErrorCode.MODEL_INCOMPLETE,
          indexFile,
          "total_size is %d, but the tensors take %d bytes."
              .formatted(index.totalSize().getAsLong(), sum));
    }
  }
}
