package dev.mergefarm.merge.kernel;

import dev.mergefarm.storage.tensor.DataType;
import java.lang.foreign.MemorySegment;

/**
 * Block arithmetic as plain loops. It defines the answer; other implementations are tested against
 * it. The static methods handle rows from an index on, for what others leave over.
 */
public final class PlainBlockMath implements BlockMath {

  @Override
  public String name() {
    return "plain";
  }

  @Override
  public void decode(DataType type, MemorySegment source, long offset, float[] target, int count) {
    decode(type, source, offset, target, 0, count);
  }

  static void decode(
      DataType type, MemorySegment source, long offset, float[] target, int from, int count) {
    ScalarFormats.decode(type, source, offset, target, from, count, (x, i) -> x);
  }

  @Override
  public void encode(DataType type, float[] source, MemorySegment target, long offset, int count) {
    ScalarFormats.encode(type, source, target, offset, 0, count);
  }

  @Override
  public void decodeScaled(
      DataType type, MemorySegment source, long offset, float weight, float[] target, int count) {
    decodeScaled(type, source, offset, weight, target, 0, count);
  }

  static void decodeScaled(
      DataType type,
      MemorySegment source,
      long offset,
      float weight,
      float[] target,
      int from,
      int count) {
    ScalarFormats.decode(type, source, offset, target, from, count, (x, i) -> x * weight);
  }

  @Override
  public void decodeAddScaled(
      DataType type, MemorySegment source, long offset, float weight, float[] target, int count) {
    decodeAddScaled(type, source, offset, weight, target, 0, count);
  }

  static void decodeAddScaled(
      DataType type,
      MemorySegment source,
      long offset,
      float weight,
      float[] target,
      int from,
      int count) {
    ScalarFormats.decode(
        type, source, offset, target, from, count, (x, i) -> target[i] + x * weight);
  }

  @Override
  public void decodeSubtract(
      DataType type, MemorySegment source, long offset, float[] base, float[] target, int count) {
    decodeSubtract(type, source, offset, base, target, 0, count);
  }

  static void decodeSubtract(
      DataType type,
      MemorySegment source,
      long offset,
      float[] base,
      float[] target,
      int from,
      int count) {
    ScalarFormats.decode(type, source, offset, target, from, count, (x, i) -> x - base[i]);
  }

  @Override
  public void add(float[] target, float[] x, float[] y, int count) {
    add(target, x, y, 0, count);
  }

  static void add(float[] target, float[] x, float[] y, int from, int count) {
    for (int i = from; i < count; i++) {
      target[i] = x[i] + y[i];
    }
  }

  @Override
  public void subtract(float[] target, float[] x, float[] y, int count) {
    subtract(target, x, y, 0, count);
  }

  static void subtract(float[] target, float[] x, float[] y, int from, int count) {
    for (int i = from; i < count; i++) {
      target[i] = x[i] - y[i];
    }
  }

  @Override
  public void multiply(float[] target, float[] x, float[] y, int count) {
    multiply(target, x, y, 0, count);
  }

  static void multiply(float[] target, float[] x, float[] y, int from, int count) {
    for (int i = from; i < count; i++) {
      target[i] = x[i] * y[i];
    }
  }

  @Override
  public void divide(float[] target, float[] x, float[] y, int count) {
    divide(target, x, y, 0, count);
  }

  static void divide(float[] target, float[] x, float[] y, int from, int count) {
    for (int i = from; i < count; i++) {
      target[i] = x[i] / y[i];
    }
  }

  @Override
  public void scale(float[] target, float[] x, float factor, int count) {
    scale(target, x, factor, 0, count);
  }

  static void scale(float[] target, float[] x, float factor, int from, int count) {
    for (int i = from; i < count; i++) {
      target[i] = x[i] * factor;
    }
  }

  @Override
  public void divideBy(float[] target, float[] x, float divisor, int count) {
    divideBy(target, x, divisor, 0, count);
  }

  static void divideBy(float[] target, float[] x, float divisor, int from, int count) {
    for (int i = from; i < count; i++) {
      target[i] = x[i] / divisor;
    }
  }

  @Override
  public void addScaled(float[] target, float[] x, float factor, int count) {
    addScaled(target, x, factor, 0, count);
  }

  static void addScaled(float[] target, float[] x, float factor, int from, int count) {
    for (int i = from; i < count; i++) {
      target[i] += x[i] * factor;
    }
  }

  @Override
  public void keepLarge(float[] target, float[] x, float threshold, int count) {
    keepLarge(target, x, threshold, 0, count);
  }

  static void keepLarge(float[] target, float[] x, float threshold, int from, int count) {
    for (int i = from; i < count; i++) {
      target[i] = Math.abs(x[i]) < threshold ? 0 : x[i];
    }
  }

  @Override
  public void keepSmall(float[] target, float[] x, float threshold, int count) {
    keepSmall(target, x, threshold, 0, count);
  }

  static void keepSmall(float[] target, float[] x, float threshold, int from, int count) {
    for (int i = from; i < count; i++) {
      target[i] = Math.abs(x[i]) < threshold ? x[i] : 0;
    }
  }

  @Override
  public void keepDrawn(float[] target, float[] x, float[] draws, float probability, int count) {
    keepDrawn(target, x, draws, probability, 0, count);
  }

  static void keepDrawn(
      float[] target, float[] x, float[] draws, float probability, int from, int count) {
    for (int i = from; i < count; i++) {
      target[i] = draws[i] < probability ? x[i] : 0;
    }
  }

  @Override
  public long below(float[] draws, int first, float probability, int count) {
    return below(draws, first, probability, 0, count);
  }

  static long below(float[] draws, int first, float probability, int from, int to) {
    long bits = 0;
    for (int i = from; i < to; i++) {
      bits |= (draws[first + i] < probability ? 1L : 0L) << i;
    }
    return bits;
  }

  @Override
  public void keepBits(float[] target, int first, long bits, int count) {
    keepBits(target, first, bits, 0, count);
  }

  static void keepBits(float[] target, int first, long bits, int from, int to) {
    for (int i = from; i < to; i++) {
      target[first + i] = (bits >>> i & 1) == 0 ? 0 : target[first + i];
    }
  }

  @Override
  public int find(int[] target, float[] x, int least, int last, int count) {
    return find(target, 0, x, least, last, 0, count);
  }

  static int find(int[] target, int found, float[] x, int least, int last, int from, int to) {
    int end = found;
    for (int i = from; i < to; i++) {
      int magnitude = Float.floatToRawIntBits(x[i]) & 0x7fffffff;
      if (magnitude >= least && magnitude <= last) {
        target[end++] = i;
      }
    }
    return end;
  }

  @Override
  public void addAgreeing(
      float[] agreed, float[] weights, float[] x, float[] sum, float weight, int count) {
    addAgreeing(agreed, weights, x, sum, weight, 0, count);
  }

  static void addAgreeing(
      float[] agreed, float[] weights, float[] x, float[] sum, float weight, int from, int count) {
    for (int i = from; i < count; i++) {
      if (sum[i] >= 0 ? x[i] > 0 : x[i] < 0) {
        agreed[i] += x[i];
        weights[i] += weight;
      }
    }
  }

  @Override
  public void replaceZeros(float[] target, float[] x, int count) {
    replaceZeros(target, x, 0, count);
  }

  static void replaceZeros(float[] target, float[] x, int from, int count) {
    for (int i = from; i < count; i++) {
      target[i] = x[i] == 0 ? 1 : x[i];
    }
  }

  @Override
  public void addProducts(double[] sums, float[] x, float[] y, int count) {
    addProducts(sums, x, y, 0, count);
  }

  static void addProducts(double[] sums, float[] x, float[] y, int from, int count) {
    for (int i = from; i < count; i++) {
      sums[i % LANES] += (double) x[i] * y[i];
    }
  }

  @Override
  public void addMagnitudes(double[] sums, float[] x, int count) {
    addMagnitudes(sums, x, 0, count);
  }

  static void addMagnitudes(double[] sums, float[] x, int from, int count) {
    for (int i = from; i < count; i++) {
      sums[i % LANES] += Math.abs(x[i]);
    }
  }

  @Override
  public void uniform(CounterRandom random, long first, float[] target, int count) {
    for (int i = 0; i < count; i++) {
      target[i] = random.uniform(first + i);
    }
  }
}
