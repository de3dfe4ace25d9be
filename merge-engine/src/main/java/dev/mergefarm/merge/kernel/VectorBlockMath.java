package dev.mergefarm.merge.kernel;

import dev.mergefarm.storage.tensor.DataType;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Block arithmetic on the Vector API, with the plain loops for what is left of a row. Each method
 * is one small loop: larger ones fall off the compiler's inlining limits and run many times slower.
 */
public final class VectorBlockMath implements BlockMath {

  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Double> DOUBLES = DoubleVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Float> HALF_FLOATS =
      VectorSpecies.of(float.class, VectorShape.forBitSize(DOUBLES.vectorBitSize() / 2));

  /** Length of the vectors in use. */
  static int vectorBits() {
    return FLOATS.vectorBitSize();
  }

  @Override
  public String name() {
    return "vector";
  }

  @Override
  public void decode(DataType type, MemorySegment source, long offset, float[] target, int count) {
    int done =
        switch (type) {
          case BF16 -> VectorBrainFloats.decode(source, offset, target, count);
          case F16 -> VectorHalfFloats.decode(source, offset, target, count);
          case F32 -> VectorSingles.decode(source, offset, target, count);
          default -> throw ScalarFormats.unsupported(type);
        };
    PlainBlockMath.decode(type, source, offset, target, done, count);
  }

  @Override
  public void decodeScaled(
      DataType type, MemorySegment source, long offset, float weight, float[] target, int count) {
    int done =
        switch (type) {
          case BF16 -> VectorBrainFloats.decodeScaled(source, offset, weight, target, count);
          case F16 -> VectorHalfFloats.decodeScaled(source, offset, weight, target, count);
          case F32 -> VectorSingles.decodeScaled(source, offset, weight, target, count);
          default -> throw ScalarFormats.unsupported(type);
        };
    PlainBlockMath.decodeScaled(type, source, offset, weight, target, done, count);
  }

  @Override
  public void decodeAddScaled(
      DataType type, MemorySegment source, long offset, float weight, float[] target, int count) {
    int done =
        switch (type) {
          case BF16 -> VectorBrainFloats.decodeAddScaled(source, offset, weight, target, count);
          case F16 -> VectorHalfFloats.decodeAddScaled(source, offset, weight, target, count);
          case F32 -> VectorSingles.decodeAddScaled(source, offset, weight, target, count);
          default -> throw ScalarFormats.unsupported(type);
        };
    PlainBlockMath.decodeAddScaled(type, source, offset, weight, target, done, count);
  }

  @Override
  public void decodeSubtract(
      DataType type, MemorySegment source, long offset, float[] base, float[] target, int count) {
    int done =
        switch (type) {
          case BF16 -> VectorBrainFloats.decodeSubtract(source, offset, base, target, count);
          case F16 -> VectorHalfFloats.decodeSubtract(source, offset, base, target, count);
          case F32 -> VectorSingles.decodeSubtract(source, offset, base, target, count);
          default -> throw ScalarFormats.unsupported(type);
        };
    PlainBlockMath.decodeSubtract(type, source, offset, base, target, done, count);
  }

  @Override
  public void encode(DataType type, float[] source, MemorySegment target, long offset, int count) {
    int done =
        switch (type) {
          case BF16 -> VectorBrainFloats.encode(source, target, offset, count);
          case F16 -> VectorHalfFloats.encode(source, target, offset, count);
          case F32 -> VectorSingles.encode(source, target, offset, count);
          default -> throw ScalarFormats.unsupported(type);
        };
    ScalarFormats.encode(type, source, target, offset, done, count);
  }

  @Override
  public void add(float[] target, float[] x, float[] y, int count) {
    int bound = FLOATS.loopBound(count);
    for (int i = 0; i < bound; i += FLOATS.length()) {
      row(x, i).add(row(y, i)).intoArray(target, i);
    }
    PlainBlockMath.add(target, x, y, bound, count);
  }

  @Override
  public void subtract(float[] target, float[] x, float[] y, int count) {
    int bound = FLOATS.loopBound(count);
    for (int i = 0; i < bound; i += FLOATS.length()) {
      row(x, i).sub(row(y, i)).intoArray(target, i);
    }
    PlainBlockMath.subtract(target, x, y, bound, count);
  }

  @Override
  public void multiply(float[] target, float[] x, float[] y, int count) {
    int bound = FLOATS.loopBound(count);
    for (int i = 0; i < bound; i += FLOATS.length()) {
      row(x, i).mul(row(y, i)).intoArray(target, i);
    }
    PlainBlockMath.multiply(target, x, y, bound, count);
  }

  @Override
  public void divide(float[] target, float[] x, float[] y, int count) {
    int bound = FLOATS.loopBound(count);
    for (int i = 0; i < bound; i += FLOATS.length()) {
      row(x, i).div(row(y, i)).intoArray(target, i);
    }
    PlainBlockMath.divide(target, x, y, bound, count);
  }

  @Override
  public void scale(float[] target, float[] x, float factor, int count) {
    int bound = FLOATS.loopBound(count);
    FloatVector factors = FloatVector.broadcast(FLOATS, factor);
    for (int i = 0; i < bound; i += FLOATS.length()) {
      row(x, i).mul(factors).intoArray(target, i);
    }
    PlainBlockMath.scale(target, x, factor, bound, count);
  }

  @Override
  public void divideBy(float[] target, float[] x, float divisor, int count) {
    int bound = FLOATS.loopBound(count);
    FloatVector divisors = FloatVector.broadcast(FLOATS, divisor);
    for (int i = 0; i < bound; i += FLOATS.length()) {
      row(x, i).div(divisors).intoArray(target, i);
    }
    PlainBlockMath.divideBy(target, x, divisor, bound, count);
  }

  @Override
  public void addScaled(float[] target, float[] x, float factor, int count) {
    int bound = FLOATS.loopBound(count);
    FloatVector factors = FloatVector.broadcast(FLOATS, factor);
    for (int i = 0; i < bound; i += FLOATS.length()) {
      row(target, i).add(row(x, i).mul(factors)).intoArray(target, i);
    }
    PlainBlockMath.addScaled(target, x, factor, bound, count);
  }

  @Override
  public void keepLarge(float[] target, float[] x, float threshold, int count) {
    int bound = FLOATS.loopBound(count);
    FloatVector thresholds = FloatVector.broadcast(FLOATS, threshold);
    FloatVector zeros = FloatVector.zero(FLOATS);
    for (int i = 0; i < bound; i += FLOATS.length()) {
      FloatVector values = row(x, i);
      VectorMask<Float> small = values.abs().compare(VectorOperators.LT, thresholds);
      values.blend(zeros, small).intoArray(target, i);
    }
    PlainBlockMath.keepLarge(target, x, threshold, bound, count);
  }

  @Override
  public void keepSmall(float[] target, float[] x, float threshold, int count) {
    int bound = FLOATS.loopBound(count);
    FloatVector thresholds = FloatVector.broadcast(FLOATS, threshold);
    FloatVector zeros = FloatVector.zero(FLOATS);
    for (int i = 0; i < bound; i += FLOATS.length()) {
      FloatVector values = row(x, i);
      VectorMask<Float> small = values.abs().compare(VectorOperators.LT, thresholds);
      zeros.blend(values, small).intoArray(target, i);
    }
    PlainBlockMath.keepSmall(target, x, threshold, bound, count);
  }

  @Override
  public void keepDrawn(float[] target, float[] x, float[] draws, float probability, int count) {
    int bound = FLOATS.loopBound(count);
    FloatVector probabilities = FloatVector.broadcast(FLOATS, probability);
    FloatVector zeros = FloatVector.zero(FLOATS);
    for (int i = 0; i < bound; i += FLOATS.length()) {
      VectorMask<Float> kept = row(draws, i).compare(VectorOperators.LT, probabilities);
      zeros.blend(row(x, i), kept).intoArray(target, i);
    }
    PlainBlockMath.keepDrawn(target, x, draws, probability, bound, count);
  }

  @Override
  public long below(float[] draws, int first, float probability, int count) {
    int bound = FLOATS.loopBound(count);
    FloatVector probabilities = FloatVector.broadcast(FLOATS, probability);
    long bits = 0;
    for (int i = 0; i < bound; i += FLOATS.length()) {
      bits |= row(draws, first + i).compare(VectorOperators.LT, probabilities).toLong() << i;
    }
    return bits | PlainBlockMath.below(draws, first, probability, bound, count);
  }

  @Override
  public void keepBits(float[] target, int first, long bits, int count) {
    int bound = FLOATS.loopBound(count);
    FloatVector zeros = FloatVector.zero(FLOATS);
    for (int i = 0; i < bound; i += FLOATS.length()) {
      VectorMask<Float> kept = VectorMask.fromLong(FLOATS, bits >>> i);
      zeros.blend(row(target, first + i), kept).intoArray(target, first + i);
    }
    PlainBlockMath.keepBits(target, first, bits, bound, count);
  }

  @Override
  public int find(int[] target, float[] x, int least, int last, int count) {
    int bound = FLOATS.loopBound(count);
    int found = 0;
    for (int i = 0; i < bound; i += FLOATS.length()) {
      IntVector magnitudes = row(x, i).reinterpretAsInts().and(0x7fffffff);
      VectorMask<Integer> atLeast = magnitudes.compare(VectorOperators.GE, least);
      long bits = atLeast.and(magnitudes.compare(VectorOperators.LE, last)).toLong();
      for (; bits != 0; bits &= bits - 1) {
        target[found++] = i + Long.numberOfTrailingZeros(bits);
      }
    }
    return PlainBlockMath.find(target, found, x, least, last, bound, count);
  }

  @Override
  public void addAgreeing(
      float[] agreed, float[] weights, float[] x, float[] sum, float weight, int count) {
    int bound = FLOATS.loopBound(count);
    FloatVector added = FloatVector.broadcast(FLOATS, weight);
    FloatVector zeros = FloatVector.zero(FLOATS);
    for (int i = 0; i < bound; i += FLOATS.length()) {
      FloatVector values = row(x, i);
      VectorMask<Float> up = row(sum, i).compare(VectorOperators.GE, zeros);
      VectorMask<Float> positive = values.compare(VectorOperators.GT, zeros);
      VectorMask<Float> negative = values.compare(VectorOperators.LT, zeros);
      VectorMask<Float> agrees = up.and(positive).or(negative.andNot(up));
      row(agreed, i).add(values, agrees).intoArray(agreed, i);
      row(weights, i).add(added, agrees).intoArray(weights, i);
    }
    PlainBlockMath.addAgreeing(agreed, weights, x, sum, weight, bound, count);
  }

  @Override
  public void replaceZeros(float[] target, float[] x, int count) {
    int bound = FLOATS.loopBound(count);
    FloatVector ones = FloatVector.broadcast(FLOATS, 1);
    for (int i = 0; i < bound; i += FLOATS.length()) {
      FloatVector values = row(x, i);
      values.blend(ones, values.compare(VectorOperators.EQ, 0f)).intoArray(target, i);
    }
    PlainBlockMath.replaceZeros(target, x, bound, count);
  }

  @Override
  public void addProducts(double[] sums, float[] x, float[] y, int count) {
    int bound = count - count % LANES;
    for (int lane = 0; lane < LANES; lane += DOUBLES.length()) {
      addProductsOfLanes(sums, x, y, lane, bound);
    }
    PlainBlockMath.addProducts(sums, x, y, bound, count);
  }

  /** The product of two float32 is exact in float64, so a fused operation rounds as a sum does. */
  private static void addProductsOfLanes(double[] sums, float[] x, float[] y, int lane, int bound) {
    DoubleVector sum = DoubleVector.fromArray(DOUBLES, sums, lane);
    for (int i = lane; i < bound; i += LANES) {
      sum = doubles(x, i).fma(doubles(y, i), sum);
    }
    sum.intoArray(sums, lane);
  }

  @Override
  public void addMagnitudes(double[] sums, float[] x, int count) {
    int bound = count - count % LANES;
    for (int lane = 0; lane < LANES; lane += DOUBLES.length()) {
      addMagnitudesOfLanes(sums, x, lane, bound);
    }
    PlainBlockMath.addMagnitudes(sums, x, bound, count);
  }

  private static void addMagnitudesOfLanes(double[] sums, float[] x, int lane, int bound) {
    DoubleVector sum = DoubleVector.fromArray(DOUBLES, sums, lane);
    for (int i = lane; i < bound; i += LANES) {
      sum = sum.add(doubles(x, i).abs());
    }
    sum.intoArray(sums, lane);
  }

  @Override
  public void uniform(CounterRandom random, long first, float[] target, int count) {
    int bound = VectorPhilox.uniform(random, first, target, count);
    for (int i = bound; i < count; i++) {
      target[i] = random.uniform(first + i);
    }
  }

  private static FloatVector row(float[] values, int index) {
    return FloatVector.fromArray(FLOATS, values, index);
  }

  private static DoubleVector doubles(float[] values, int index) {
    FloatVector singles = FloatVector.fromArray(HALF_FLOATS, values, index);
    return (DoubleVector) singles.convertShape(VectorOperators.F2D, DOUBLES, 0);
  }
}
