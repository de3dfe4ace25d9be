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
 * Conversion from and to IEEE binary16 on vectors, fused with what is done most after it. Each
 * method handles whole vectors and returns how many elements it has done.
 */
final class VectorHalfFloats {

  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Short> SHORTS =
      VectorSpecies.of(short.class, VectorShape.forBitSize(FLOATS.vectorBitSize() / 2));
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

  private VectorHalfFloats() {}

  private static IntVector loadBits(MemorySegment source, long offset) {
    ShortVector bits = ShortVector.fromMemorySegment(SHORTS, source, offset, ORDER);
    return (IntVector) bits.convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0);
  }

  private static void storeBits(IntVector bits, MemorySegment target, long offset) {
    ShortVector narrow = (ShortVector) bits.convertShape(VectorOperators.I2S, SHORTS, 0);
    narrow.intoMemorySegment(target, offset, ORDER);
  }

  private static FloatVector load(MemorySegment source, long offset) {
    IntVector half = loadBits(source, offset);
    IntVector shifted = half.and(0x7fff).lanewise(VectorOperators.LSHL, 13);
    FloatVector magnitude = shifted.reinterpretAsFloats().mul(0x1p112f);
    IntVector bits = magnitude.reinterpretAsInts();
    IntVector special = bits.or(0x7f800000);
    bits = bits.blend(special, magnitude.compare(VectorOperators.GE, 65536f).cast(INTS));
    IntVector sign = half.and(0x8000).lanewise(VectorOperators.LSHL, 16);
    return bits.or(sign).reinterpretAsFloats();
  }

  private static void store(FloatVector values, MemorySegment target, long offset) {
    IntVector bits = values.reinterpretAsInts();
    IntVector magnitude = bits.and(0x7fffffff);
    IntVector odd = magnitude.lanewise(VectorOperators.LSHR, 13).and(1);
    IntVector half = magnitude.add(odd).add(0xfff - (112 << 23)).lanewise(VectorOperators.LSHR, 13);
    IntVector small = magnitude.reinterpretAsFloats().add(0.5f).reinterpretAsInts().sub(0x3f000000);
    half = half.blend(small, magnitude.compare(VectorOperators.LT, 0x38800000));
    half = half.blend(0x7c00, magnitude.compare(VectorOperators.GE, 0x477ff000));
    half = half.blend(0x7e00, magnitude.compare(VectorOperators.GT, 0x7f800000));
    IntVector sign = bits.lanewise(VectorOperators.LSHR, 16).and(0x8000);
    storeBits(half.or(sign), target, offset);
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
