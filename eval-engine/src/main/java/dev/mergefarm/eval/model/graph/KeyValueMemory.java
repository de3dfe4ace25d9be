package dev.mergefarm.eval.model.graph;

import org.bytedeco.pytorch.Tensor;

/** Where the keys and values of earlier tokens come from, and those of this pass go to. */
public interface KeyValueMemory {

  /** No earlier tokens, and nothing is kept. */
  KeyValueMemory NONE = (layer, keys, values) -> new KeysAndValues(keys, values);

  /**
   * @param keys [batch, key heads, tokens, size]
   * @param values as the keys
   */
  record KeysAndValues(Tensor keys, Tensor values) {}

  /**
   * Adds this pass's keys and values of one layer, called once per layer in order, and returns all
   * that its queries may see: earlier ones first.
   */
  KeysAndValues extend(int layer, Tensor keys, Tensor values);
}
