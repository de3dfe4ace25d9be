package dev.mergefarm.storage.torch;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problems;
import dev.mergefarm.storage.tensor.TensorSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Finds the tensors in what a pickle describes. */
final class StateDictionary {

  /** Where training programs keep the weights beside their own state. */
  private static final List<String> WRAPPERS = List.of("state_dict", "model_state_dict", "model");

  private static final int NAMED_AT_MOST = 5;

  private StateDictionary() {}

  /**
   * The named tensors of the outermost dictionary, or of the one that it wraps; a warning tells of
   * entries that are left out.
   */
  static Map<String, StoredTensor> tensors(String file, Object root, Problems problems) {
    if (!(root instanceof Map<?, ?> outer)) {
      throw TorchFailures.malformed(file, "The pickle is not a dictionary of tensors.");
    }
    Map<?, ?> dictionary = unwrap(outer);
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    List<String> others = new java.util.ArrayList<>();
    dictionary.forEach(
        (key, value) -> {
          if (value instanceof StoredTensor tensor && isName(key)) {
            tensors.put((String) key, tensor);
          } else {
            others.add(String.valueOf(key));
          }
        });
    if (tensors.isEmpty() && !others.isEmpty()) {
      throw TorchFailures.malformed(file, "The pickle's dictionary holds no tensors.");
    }
    if (!others.isEmpty()) {
      problems.warning(
          ErrorCode.MALFORMED_TENSOR_FILE,
          file,
          "%d entries are no tensors and are left out: %s%s."
              .formatted(
                  others.size(),
                  String.join(", ", others.stream().limit(NAMED_AT_MOST).toList()),
                  others.size() > NAMED_AT_MOST ? ", ..." : ""));
    }
    return tensors;
  }

  private static Map<?, ?> unwrap(Map<?, ?> outer) {
    if (outer.values().stream().anyMatch(StoredTensor.class::isInstance)) {
      return outer;
    }
    for (String name : WRAPPERS) {
      if (outer.get(name) instanceof Map<?, ?> inner) {
        return inner;
      }
    }
    return outer;
  }

  private static boolean isName(Object key) {
    return key instanceof String name
        && !name.isEmpty()
        && name.length() <= TensorSpec.NAME_LIMIT
        && name.chars().noneMatch(Character::isISOControl);
  }
}
