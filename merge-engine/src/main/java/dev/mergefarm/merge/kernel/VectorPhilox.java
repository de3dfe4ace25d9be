package dev.mergefarm.merge.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.Vector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link CounterRandom} on vectors: one counter in each 64-bit lane, the words of a counter in the
 * lower halves of four vectors.
 */
final class VectorPhilox {

  private static final VectorSpecies<Long> LONGS = species();
  private static final VectorSpecies<Float> FLOATS =
      VectorSpecies.of(
          float.class, VectorShape.forBitSize(Math.max(64, LONGS.vectorBitSize() / 2)));
  private static final long LOW = 0xffffffffL;

  private VectorPhilox() {}

  /** At most the lanes of one group's counters. */
  private static VectorSpecies<Long> species() {
    VectorSpecies<Long> preferred = LongVector.SPECIES_PREFERRED;
    return preferred.length() > CounterRandom.COUNTERS ? LongVector.SPECIES_512 : preferred;
  }

  /** Fills whole groups and returns how many elements it has done. */
  static int uniform(CounterRandom random, long first, float[] target, int count) {
    if (first % CounterRandom.GROUP != 0) {
      return 0;
    }
    int bound = count - count % CounterRandom.GROUP;
    for (int i = 0; i < bound; i += CounterRandom.GROUP) {
      long counter = (first + i) / CounterRandom.GROUP * CounterRandom.COUNTERS;
      for (int lane = 0; lane < CounterRandom.COUNTERS; lane += LONGS.length()) {
        counters(random, counter + lane, target, i + lane);
      }
    }
    return bound;
  }

  private static void counters(CounterRandom random, long counter, float[] target, int index) {
    LongVector counters = LongVector.broadcast(LONGS, counter).addIndex(1);
    LongVector c0 = counters.and(LOW);
    LongVector c1 = counters.lanewise(VectorOperators.LSHR, 32);
    LongVector c2 = LongVector.broadcast(LONGS, random.stream2() & LOW);
    LongVector c3 = LongVector.broadcast(LONGS, random.stream3() & LOW);
    LongVector multiplier0 = LongVector.broadcast(LONGS, CounterRandom.MULTIPLIER_0 & LOW);
    LongVector multiplier1 = LongVector.broadcast(LONGS, CounterRandom.MULTIPLIER_1 & LOW);
    int k0 = random.key0();
    int k1 = random.key1();
    for (int round = 0; round < CounterRandom.ROUNDS; round++) {
      LongVector product0 = c0.and(LOW).mul(multiplier0.and(LOW));
      LongVector product1 = c2.and(LOW).mul(multiplier1.and(LOW));
      c0 = product1.lanewise(VectorOperators.LSHR, 32).lanewise(VectorOperators.XOR, c1);
      c0 = c0.lanewise(VectorOperators.XOR, k0 & LOW);
      c1 = product1.and(LOW);
      c2 = product0.lanewise(VectorOperators.LSHR, 32).lanewise(VectorOperators.XOR, c3);
      c2 = c2.lanewise(VectorOperators.XOR, k1 & LOW);
      c3 = product0.and(LOW);
      k0 += CounterRandom.WEYL_0;
      k1 += CounterRandom.WEYL_1;
    }
    store(c0, target, index);
    store(c1, target, index + CounterRandom.COUNTERS);
    store(c2, target, index + 2 * CounterRandom.COUNTERS);
    store(c3, target, index + 3 * CounterRandom.COUNTERS);
  }

  private static void store(LongVector words, float[] target, int index) {
    Vector<Float> upper =
        words.lanewise(VectorOperators.LSHR, 8).convertShape(VectorOperators.L2F, FLOATS, 0);
    ((FloatVector) upper).mul(0x1p-24f).intoArray(target, index);
  }
}
