package dev.mergefarm.storage.torch;

import dev.mergefarm.storage.tensor.TensorInfo;
import java.util.List;

/**
 * A tensor and how its elements lie in its storage.
 *
 * @param tensor for a contiguous one, where its bytes are; else offset of its first element, and
 *     the length that its elements take when gathered
 * @param strides of its dimensions in elements; empty for a contiguous tensor
 */
record TensorView(TensorInfo tensor, List<Long> strides) {

  boolean contiguous() {
    return strides.isEmpty();
  }

  /** Bytes from the first element to the end of the last, where they lie. */
  long span() {
    long last = 0;
    for (int i = 0; i < strides.size(); i++) {
      last += (tensor.shape().dimension(i) - 1) * strides.get(i);
    }
    return (last + 1) * tensor.dataType().bytes();
  }
}
