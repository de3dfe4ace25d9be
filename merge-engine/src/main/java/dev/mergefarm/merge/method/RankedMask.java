package dev.mergefarm.merge.method;

import dev.mergefarm.merge.kernel.CounterRandom;
import dev.mergefarm.storage.tensor.Shape;
import java.util.Arrays;

/**
 * Keeps an element with a probability that rises with the rank of its magnitude within its row:
 * from {@code density - epsilon} for the smallest to {@code density + epsilon} for the largest.
 * Rows lie along the second dimension; a vector is one row. Of equal magnitudes the one of lower
 * index ranks higher; the only element of a row is kept with probability {@code density}.
 *
 * @param input whose task vector is masked
 * @param rowLength elements in a row
 * @param stride distance of a row's elements, which is also the number of rows in a slab
 */
record RankedMask(
    int input,
    int base,
    int rowLength,
    int stride,
    double density,
    double epsilon,
    CounterRandom random)
    implements DeltaMask {

  /** The mask for one input of a tensor. */
  static RankedMask of(
      TensorMerge tensor, int input, double density, double epsilon, CounterRandom random) {
    Shape shape = tensor.shape();
    long rowLength = shape.rank() < 2 ? shape.elements() : shape.dimension(1);
    long stride = 1;
    for (int dimension = 2; dimension < shape.rank(); dimension++) {
      stride *= shape.dimension(dimension);
    }
    return new RankedMask(
        input,
        tensor.base().orElseThrow(),
        Math.toIntExact(Math.max(1, rowLength)),
        Math.toIntExact(Math.max(1, stride)),
        density,
        epsilon,
        random);
  }

  @Override
  public int slabElements() {
    return Math.multiplyExact(rowLength, stride);
  }

  /** Which elements of some slabs are kept: element i by bit i mod 64 of word i / 64. */
  record Kept(long first, long[] bits) {
    boolean keeps(long element) {
      long place = element - first;
      return (bits[(int) (place >>> 6)] >>> (place & 63) & 1) != 0;
    }
  }

  @Override
  public Kept prepare(Slab slab) {
    Kept kept = new Kept(slab.first(), new long[(slab.length() + 63) / 64]);
    int size = slabElements();
    float[] delta = new float[size];
    float[] origin = new float[size];
    long[] order = new long[rowLength];
    for (int offset = 0; offset < slab.length(); offset += size) {
      slab.load(input, offset, size, delta);
      slab.load(base, offset, size, origin);
      slab.math().subtract(delta, delta, origin, size);
      for (int row = 0; row < stride; row++) {
        keepRow(kept, offset + row, delta, row, order);
      }
    }
    return kept;
  }

  private void keepRow(Kept kept, int place, float[] delta, int start, long[] order) {
    for (int i = 0; i < rowLength; i++) {
      long key = KeyRows.key(delta[start + i * stride]);
      order[i] = key << 32 | rowLength - 1 - i;
    }
    Arrays.sort(order);
    for (int rank = 0; rank < rowLength; rank++) {
      int index = rowLength - 1 - (int) order[rank];
      int element = place + index * stride;
      if (random.uniform(kept.first() + element) < probability(rank)) {
        kept.bits()[element >>> 6] |= 1L << element;
      }
    }
  }

  /** In float32, in the order of operations of the method's first implementation. */
  private float probability(int rank) {
    if (rowLength == 1) {
      return (float) density;
    }
    float share = (float) rank / (rowLength - 1);
    return (float) (density - epsilon) + share * 2 * (float) epsilon;
  }

  @Override
  public void apply(Block block, Object prepared, float[] delta) {
    Kept kept = (Kept) prepared;
    for (int i = 0; i < block.length(); i++) {
      if (!kept.keeps(block.first() + i)) {
        delta[i] = 0;
      }
    }
  }
}
