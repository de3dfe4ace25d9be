package dev.mergefarm.merge.method;

import java.util.List;
import java.util.OptionalInt;

/** Values of each block whose magnitudes are to be ranked over the whole tensor. Immutable. */
interface KeyRows {

  /** Bits of a magnitude that the first histogram counts by. */
  int LOW_BITS = 15;

  /** How many rankings there are. */
  int count();

  /** Adds itself to a kernel's parameter, as long with few inputs as with many. */
  void write(KernelSlice slice, KernelCall call);

  /** The name of the kernel that does something with these values. */
  default String kernel(String name) {
    return name;
  }

  /** How the kernels tell rankings apart. */
  enum Kind {
    CHANGES,
    IMPORTANCE,
    VARIANCE;

    /**
     * Adds what all rankings have.
     *
     * @param divergences address of one number for each row, or 0
     * @param period length of a row
     */
    void write(KernelCall call, int base, List<Integer> inputs, long divergences, long period) {
      call.int32(ordinal()).int32(inputs.size()).input(base);
      call.address(divergences).int64(period);
      for (int i = 0; i < KernelCall.MOST_INPUTS; i++) {
        call.input(inputs.get(Math.min(i, inputs.size() - 1)));
      }
    }
  }

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

    @Override
    public void write(KernelSlice slice, KernelCall call) {
      Kind.CHANGES.write(call, base, inputs, 0, 1);
    }
  }
}
