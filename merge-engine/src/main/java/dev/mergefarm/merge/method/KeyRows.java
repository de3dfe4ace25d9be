package dev.mergefarm.merge.method;

import java.util.List;
import java.util.OptionalInt;

/** Values of each block whose magnitudes are to be ranked over the whole tensor. Immutable. */
interface KeyRows {

  /** Bits of a magnitude that the first histogram counts by. */
  int LOW_BITS = 15;

  /** How many rankings there are. */
  int count();

  /** The values to rank; may be the block's scratch rows. */
  float[][] of(Block block);

  /** A value's place in the order: its float32 bits without sign, so that NaN comes highest. */
  static int key(float value) {
    return Float.floatToRawIntBits(value) & 0x7fffffff;
  }

  /** The task vectors of some inputs. */
  record TaskVectors(List<Integer> inputs, int base) implements KeyRows {
    @Override
    public int count() {
      return inputs.size();
    }

    @Override
    public float[][] of(Block block) {
      return GramReduction.vectors(block, inputs, OptionalInt.of(base));
    }
  }
}
