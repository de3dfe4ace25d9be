package dev.mergefarm.eval.model.run;

import dev.mergefarm.eval.model.graph.KeyValueMemory;
import dev.mergefarm.eval.torch.Operations;
import org.bytedeco.pytorch.Tensor;

/**
 * A prefix that all sequences of a batch begin with, computed once; what comes after it is not
 * kept.
 */
record SharedPrefix(GrowingCache prefix) implements KeyValueMemory {

  @Override
  public KeysAndValues extend(int layer, Tensor keys, Tensor values) {
    KeysAndValues shared = prefix.layer(layer);
    return new KeysAndValues(join(shared.keys(), keys), join(shared.values(), values));
  }

  private static Tensor join(Tensor shared, Tensor own) {
    Tensor repeated = shared.expand(own.size(0), -1, -1, -1);
    return Operations.concatenate(2, repeated, own);
  }
}
