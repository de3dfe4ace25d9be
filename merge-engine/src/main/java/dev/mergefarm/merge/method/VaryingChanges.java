package dev.mergefarm.merge.method;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The models' changes, without those at elements where they vary too little.
 *
 * @param cut the smallest variance that counts; empty for all
 */
record VaryingChanges(int base, List<Integer> inputs, Optional<MagnitudeCut> cut) {

  VaryingChanges {
    inputs = List.copyOf(inputs);
  }

  /** Scratch rows up to this number are in use. */
  int scratchRows() {
    return inputs.size() + 1;
  }

  /** The changes of a block, one row for each model. */
  float[][] of(Block block) {
    float[][] changes = GramReduction.vectors(block, inputs, OptionalInt.of(base));
    if (cut.isPresent()) {
      float[] variance = block.scratch(inputs.size());
      ChangeVariance.fill(variance, changes, block.length());
      cut.get().keepLarger(block, variance);
      for (float[] change : changes) {
        erase(change, variance, block.length());
      }
    }
    return changes;
  }

  private static void erase(float[] change, float[] kept, int length) {
    for (int i = 0; i < length; i++) {
      change[i] = kept[i] == 0 ? 0 : change[i];
    }
  }
}
