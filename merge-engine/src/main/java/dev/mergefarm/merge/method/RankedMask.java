package dev.mergefarm.merge.method;

import dev.mergefarm.merge.kernel.CounterRandom;
import dev.mergefarm.storage.tensor.Shape;

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

  /** Most memory for the rows that a device orders at the same time: 256 MiB, or one row. */
  private static final long MOST_SCRATCH = 1L << 28;

  private static final int RANKING_THREADS = 256;

  /** Counts of a byte's values for each of eight warps, and what is common to them. */
  private static final int RANKING_SHARED_BYTES = 8 * 256 * Integer.BYTES + 64;

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

  /** Elements of the rows that are ranked together in a tensor of some shape. */
  static long slabElements(Shape shape) {
    return shape.rank() < 2 ? shape.elements() : shape.elements() / Math.max(1, shape.dimension(0));
  }

  @Override
  public int slabElements() {
    return Math.multiplyExact(rowLength, stride);
  }

  @Override
  public KeptElements prepare(Slab slab) {
    KeptElements kept = new KeptElements(slab.first(), slab.length());
    int size = slabElements();
    float[] delta = new float[size];
    float[] origin = new float[size];
    float[] draws = new float[size + CounterRandom.GROUP];
    RankedDraws row = new RankedDraws(probabilities());
    for (int offset = 0; offset < slab.length(); offset += size) {
      slab.load(input, offset, size, delta);
      slab.load(base, offset, size, origin);
      slab.math().subtract(delta, delta, origin, size);
      long first = slab.first() + offset;
      int before = (int) (first % CounterRandom.GROUP);
      slab.math().uniform(random, first - before, draws, before + size);
      for (int start = 0; start < stride; start++) {
        row.keep(slab.math(), delta, start, stride, draws, before, kept, offset);
      }
    }
    return kept;
  }

  /** For each rank, in float32, in the order of operations of the method's first implementation. */
  private float[] probabilities() {
    float[] probabilities = new float[rowLength];
    for (int rank = 0; rank < rowLength; rank++) {
      float share = (float) rank / (rowLength - 1);
      probabilities[rank] = (float) (density - epsilon) + share * 2 * (float) epsilon;
    }
    if (rowLength == 1) {
      probabilities[0] = (float) density;
    }
    return probabilities;
  }

  @Override
  public void apply(Block block, Object prepared, float[] delta) {
    ((KeptElements) prepared).apply(block.math(), block.first(), delta, 0, block.length());
  }

  @Override
  public KernelCall write(KernelCall call) {
    return Kind.STORED.write(call);
  }

  @Override
  public long kept(KernelSlice slice) {
    return slice.kept(
        this, DeltaMask.keptBytes(slice.elements()), address -> launch(slice, address));
  }

  private long rowBytes() {
    return 4L * Integer.BYTES * rowLength;
  }

  private void launch(KernelSlice slice, long kept) {
    long most = Math.max(1, MOST_SCRATCH / rowBytes());
    long blocks = Math.min(slice.count() / rowLength, Math.min(most, slice.residentBlocks()));
    KernelCall call = slice.kernel("ranked_mask").input(input).input(base);
    call.address(kept).address(slice.scratch(blocks * rowBytes()));
    call.int64(rowLength).int64(stride);
    call.int32(random.key0()).int32(random.key1());
    call.int32(random.stream2()).int32(random.stream3());
    call.float32((float) density).float32((float) (density - epsilon)).float32((float) epsilon);
    call.int32(0);
    call.overItems(blocks, RANKING_THREADS, RANKING_SHARED_BYTES);
  }

  @Override
  public long extraBytes(long elements) {
    return DeltaMask.keptBytes(elements)
        + Math.max(rowBytes(), Math.min(MOST_SCRATCH, 16 * elements));
  }
}
