package dev.mergefarm.eval.model.run;

import dev.mergefarm.eval.model.graph.ComputeContext;
import dev.mergefarm.eval.model.graph.KeyValueMemory;
import dev.mergefarm.eval.torch.Operations;
import dev.mergefarm.eval.torch.TensorScope;
import dev.mergefarm.eval.torch.TorchDevice;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * Keys and values of a batch of sequences that grow together. Room for the longest is set aside
 * layer by layer when the first tokens come, so that a new token is one copy. Confined to one
 * thread; owns its memory until closed.
 */
final class GrowingCache implements KeyValueMemory, AutoCloseable {

  private final int capacity;
  private final Optional<GrowingCache> prefix;
  private final Tensor[] keys;
  private final Tensor[] values;
  private int length;

  /**
   * @param layers of the model
   * @param capacity in tokens, the prefix included
   * @param prefix computed for one sequence, with which every sequence here begins
   */
  GrowingCache(int layers, int capacity, Optional<GrowingCache> prefix) {
    this.capacity = capacity;
    this.prefix = prefix;
    this.keys = new Tensor[layers];
    this.values = new Tensor[layers];
    this.length = prefix.map(GrowingCache::length).orElse(0);
  }

  /** Tokens held, the prefix included. */
  int length() {
    return length;
  }

  /** Counts the tokens of a pass that is over. */
  void advance(int tokens) {
    length += tokens;
  }

  @Override
  public KeysAndValues extend(int layer, Tensor newKeys, Tensor newValues) {
    long tokens = newKeys.size(2);
    if (length + tokens > capacity) {
      throw new IllegalStateException(
          "the cache holds %d tokens, found %d".formatted(capacity, length + tokens));
    }
    if (keys[layer] == null) {
      keys[layer] = room(layer, newKeys, true);
      values[layer] = room(layer, newValues, false);
    }
    keys[layer].narrow(2, length, tokens).copy_(newKeys);
    values[layer].narrow(2, length, tokens).copy_(newValues);
    return new KeysAndValues(
        keys[layer].narrow(2, 0, length + tokens), values[layer].narrow(2, 0, length + tokens));
  }

  /** What a layer holds: [batch, key heads, length, size]. */
  KeysAndValues layer(int layer) {
    return new KeysAndValues(keys[layer].narrow(2, 0, length), values[layer].narrow(2, 0, length));
  }

  private Tensor room(int layer, Tensor like, boolean forKeys) {
    try (TensorScope _ = new TensorScope()) {
      Tensor room =
          Operations.uninitialised(
              TorchDevice.of(like),
              like.scalar_type(),
              like.size(0),
              like.size(1),
              capacity,
              like.size(3));
      if (prefix.isPresent()) {
        KeysAndValues shared = prefix.get().layer(layer);
        Tensor source = forKeys ? shared.keys() : shared.values();
        room.narrow(2, 0, prefix.get().length()).copy_(source);
      }
      return TensorScope.own(room);
    }
  }

  /** Keeps only the sequences at these places of the batch, in this order. */
  void select(ComputeContext context, long[] rows) {
    try (TensorScope _ = new TensorScope()) {
      Tensor index = Operations.integers(context.device(), rows, rows.length);
      for (int layer = 0; layer < keys.length; layer++) {
        keys[layer] = replaced(keys[layer], index);
        values[layer] = replaced(values[layer], index);
      }
    }
  }

  private static Tensor replaced(Tensor before, Tensor index) {
    try (before) {
      return TensorScope.own(before.index_select(0, index));
    }
  }

  @Override
  public void close() {
    for (int layer = 0; layer < keys.length; layer++) {
      if (keys[layer] != null) {
        keys[layer].close();
        keys[layer] = null;
      }
      if (values[layer] != null) {
        values[layer].close();
        values[layer] = null;
      }
    }
  }
}
