package dev.mergefarm.merge.kernel;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Conversion from and to bfloat16 on vectors, fused with what is done most after it. Each method
 * handles whole vectors and returns how many elements it has done.
 */
final class VectorBrainFloats {

  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Short> SHORTS =
      VectorSpecies.of(short.class, VectorShape.forBitSize(FLOATS.vectorBitSize() / 2));
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

  private VectorBrainFloats() {}

  private static IntVector loadBits(MemorySegment source, long offset) {
    ShortVector bits = ShortVector.fromMemorySegment(SHORTS, source, offset, ORDER);
    return (IntVector) bits.convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0);
  }

  private static void storeBits(IntVector bits, MemorySegment target, long offset) {
    ShortVector narrow = (ShortVector) bits.convertShape(VectorOperators.I2S, SHORTS, 0);
    narrow.intoMemorySegment(target, offset, ORDER);
  }

  private static FloatVector load(MemorySegment source, long offset) {
    return loadBits(source, offset).lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
  }

  private static void store(FloatVector values, MemorySegment target, long offset) {
    IntVector bits = values.reinterpretAsInts();
    IntVector rounded = bits.add(bits.lanewise(VectorOperators.LSHR, 16).and(1)).add(0x7fff);
    IntVector quiet = bits.or(0x00400000);
    IntVector chosen = rounded.blend(quiet, values.test(VectorOperators.IS_NAN).cast(INTS));
    storeBits(chosen.lanewise(VectorOperators.LSHR, 16), target, offset);
  }

  static int decode(MemorySegment source, long offset, float[] target, int count) {
    int bound = FLOATS.loopBound(count);
    for (int i = 0; i < bound; i += FLOATS.length()) {
      load(source, offset + 2L * i).intoArray(target, i);
    }
    return bound;
  }

  static int decodeScaled(
      MemorySegment source, long offset, float weight, float[] target, int count) {
    int bound = FLOATS.loopBound(count);
    FloatVector weights = FloatVector.broadcast(FLOATS, weight);
    for (int i = 0; i < bound; i += FLOATS.length()) {
      load(source, offset + 2L * i).mul(weights).intoArray(target, i);
    }
    return bound;
  }

  static int decodeAddScaled(
      MemorySegment source, long offset, float weight, float[] target, int count) {
    int bound = FLOATS.loopBound(count);
    FloatVector weights = FloatVector.broadcast(FLOATS, weight);
    for (int i = 0; i < bound; i += FLOATS.length()) {
      FloatVector product = load(source, offset + 2L * i).mul(weights);
      FloatVector.fromArray(FLOATS, target, i).add(product).intoArray(target, i);
    }
    return bound;
  }

  static int decodeSubtract(
      MemorySegment source, long offset, float[] base, float[] target, int count) {
    int bound = FLOATS.loopBound(count);
    for (int i = 0; i < bound; i += FLOATS.length()) {
      FloatVector decoded = load(source, offset + 2L * i);
      decoded.sub(FloatVector.fromArray(FLOATS, base, i)).intoArray(target, i);
    }
    return bound;
  }

  static int encode(float[] source, MemorySegment target, long offset, int count) {
    int bound = FLOATS.loopBound(count);
    for (int i = 0; i < bound; i += FLOATS.length()) {
      store(FloatVector.fromArray(FLOATS, source, i), target, offset + 2L * i);
    }
    return bound;
  }
}
