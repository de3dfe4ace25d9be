package dev.mergefarm.merge.kernel;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Reading and writing float32 on vectors, fused with what is done most after it. Each method
 * handles whole vectors and returns how many elements it has done.
 */
final class VectorSingles {

  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

  private VectorSingles() {}

  private static FloatVector load(MemorySegment source, long offset) {
    return FloatVector.fromMemorySegment(FLOATS, source, offset, ORDER);
  }

  private static void store(FloatVector values, MemorySegment target, long offset) {
    values.intoMemorySegment(target, offset, ORDER);
  }

  static int decode(MemorySegment source, long offset, float[] target, int count) {
    int bound = FLOATS.loopBound(count);
    for (int i = 0; i < bound; i += FLOATS.length()) {
      load(source, offset + 4L * i).intoArray(target, i);
    }
    return bound;
  }

  static int decodeScaled(
      MemorySegment source, long offset, float weight, float[] target, int count) {
    int bound = FLOATS.loopBound(count);
    FloatVector weights = FloatVector.broadcast(FLOATS, weight);
    for (int i = 0; i < bound; i += FLOATS.length()) {
      load(source, offset + 4L * i).mul(weights).intoArray(target, i);
    }
    return bound;
  }

  static int decodeAddScaled(
      MemorySegment source, long offset, float weight, float[] target, int count) {
    int bound = FLOATS.loopBound(count);
    FloatVector weights = FloatVector.broadcast(FLOATS, weight);
    for (int i = 0; i < bound; i += FLOATS.length()) {
      FloatVector product = load(source, offset + 4L * i).mul(weights);
      FloatVector.fromArray(FLOATS, target, i).add(product).intoArray(target, i);
    }
    return bound;
  }

  static int decodeSubtract(
      MemorySegment source, long offset, float[] base, float[] target, int count) {
    int bound = FLOATS.loopBound(count);
    for (int i = 0; i < bound; i += FLOATS.length()) {
      FloatVector decoded = load(source, offset + 4L * i);
      decoded.sub(FloatVector.fromArray(FLOATS, base, i)).intoArray(target, i);
    }
    return bound;
  }

  static int encode(float[] source, MemorySegment target, long offset, int count) {
    int bound = FLOATS.loopBound(count);
    for (int i = 0; i < bound; i += FLOATS.length()) {
      store(FloatVector.fromArray(FLOATS, source, i), target, offset + 4L * i);
    }
    return bound;
  }
}
