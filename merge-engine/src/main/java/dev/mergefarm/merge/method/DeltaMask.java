package dev.mergefarm.merge.method;

import dev.mergefarm.merge.kernel.BlockMath;
import dev.mergefarm.merge.kernel.CounterRandom;
import java.util.Arrays;
import java.util.List;

/** Which elements of one model's task vector are kept. Immutable. */
sealed interface DeltaMask permits DeltaMask.Simple, RankedMask {

  /** Number of a scratch row that masks may use; callers leave it alone. */
  int SCRATCH = 3;

  /**
   * Sets the elements of a block that are not kept to 0.
   *
   * @param prepared what {@link #prepare} returned for the block's slab
   */
  void apply(Block block, Object prepared, float[] delta);

  /** Elements that must be seen together; 0 for none. */
  int slabElements();

  /** Looks at a whole slab first. */
  Object prepare(Slab slab);

  /** Whether every element is kept. */
  default boolean keepsAll() {
    return false;
  }

  /** Adds itself to a kernel's parameter. */
  KernelCall write(KernelCall call);

  /** Address of the bits of a slice that it keeps in a device's memory, or 0. */
  default long kept(KernelSlice slice) {
    return 0;
  }

  /** Device memory that it takes, in bytes. */
  default long extraBytes(long elements) {
    return 0;
  }

  /** How the kernels tell masks apart. */
  enum Kind {
    ALL,
    NOTHING,
    LARGEST,
    BETWEEN,
    STORED;

    /** Adds a mask's fields to a kernel's parameter, those it lacks included. */
    KernelCall write(KernelCall call, MagnitudeCut rest, MagnitudeCut outliers) {
      return outliers.write(rest.write(call.int32(ordinal()).int32(0)));
    }

    KernelCall write(KernelCall call) {
      return write(call, MagnitudeCut.BELOW_ALL, MagnitudeCut.ABOVE_ALL);
    }
  }

  /** Length of one bit for each element, in whole words. */
  static long keptBytes(long elements) {
    return (elements + Integer.SIZE - 1) / Integer.SIZE * Integer.BYTES;
  }

  /** A mask that decides on each element alone. */
  sealed interface Simple extends DeltaMask {

    @Override
    default int slabElements() {
      return 0;
    }

    @Override
    default Object prepare(Slab slab) {
      return null;
    }
  }

  /** Keeps everything. */
  record All() implements Simple {
    @Override
    public void apply(Block block, Object prepared, float[] delta) {}

    @Override
    public KernelCall write(KernelCall call) {
      return Kind.ALL.write(call);
    }

    @Override
    public boolean keepsAll() {
      return true;
    }
  }

  /** Keeps nothing. */
  record Nothing() implements Simple {
    @Override
    public void apply(Block block, Object prepared, float[] delta) {
      Arrays.fill(delta, 0, block.length(), 0);
    }

    @Override
    public KernelCall write(KernelCall call) {
      return Kind.NOTHING.write(call);
    }
  }

  /** Keeps the elements of largest magnitude. */
  record Largest(MagnitudeCut cut) implements Simple {
    @Override
    public void apply(Block block, Object prepared, float[] delta) {
      cut.keepLarger(block, delta);
    }

    @Override
    public KernelCall write(KernelCall call) {
      return Kind.LARGEST.write(call, cut, MagnitudeCut.ABOVE_ALL);
    }
  }

  /**
   * Keeps the elements between two magnitudes.
   *
   * @param outliers what is too large
   * @param rest the outliers and what is kept
   */
  record Between(MagnitudeCut outliers, MagnitudeCut rest) implements Simple {
    @Override
    public void apply(Block block, Object prepared, float[] delta) {
      rest.keepLarger(block, delta);
      outliers.keepSmaller(block, delta);
    }

    @Override
    public KernelCall write(KernelCall call) {
      return Kind.BETWEEN.write(call, rest, outliers);
    }
  }

  /** Keeps each element with the same probability. */
  record Drawn(CounterRandom random, float probability) implements Simple {

    private static final int THREADS = 256;

    @Override
    public void apply(Block block, Object prepared, float[] delta) {
      BlockMath math = block.math();
      float[] draws = block.scratch(SCRATCH);
      math.uniform(random, block.first(), draws, block.length());
      math.keepDrawn(delta, delta, draws, probability, block.length());
    }

    /** The same, and remembers what is kept. */
    void apply(Block block, float[] delta, KeptElements kept) {
      float[] draws = block.scratch(SCRATCH);
      block.math().uniform(random, block.first(), draws, block.length());
      kept.addDrawn(block.math(), block.first(), draws, probability, block.length());
      kept.apply(block.math(), block.first(), delta, 0, block.length());
    }

    @Override
    public KernelCall write(KernelCall call) {
      return Kind.STORED.write(call);
    }

    @Override
    public long kept(KernelSlice slice) {
      return slice.kept(this, keptBytes(slice.elements()), kept -> launch(slice, kept));
    }

    /** Draws once for all stages. */
    private void launch(KernelSlice slice, long kept) {
      KernelCall call = slice.kernel("drawn_mask").address(kept);
      call.int32(random.key0()).int32(random.key1());
      call.int32(random.stream2()).int32(random.stream3());
      call.float32(probability).int32(0);
      long groups = slice.count() / CounterRandom.GROUP + 2;
      call.overItems((groups + THREADS - 1) / THREADS, THREADS, 0);
    }

    @Override
    public long extraBytes(long elements) {
      return keptBytes(elements);
    }
  }

  /**
   * What another mask has kept.
   *
   * @param stretches all of the tensor, in order
   */
  record Stored(List<KeptElements> stretches) implements Simple {

    public Stored {
      stretches = List.copyOf(stretches);
    }

    @Override
    public void apply(Block block, Object prepared, float[] delta) {
      int stretch = find(block.first());
      for (int from = 0; from < block.length(); stretch++) {
        KeptElements kept = stretches.get(stretch);
        long first = block.first() + from;
        int count = (int) Math.min(block.length() - from, kept.end() - first);
        kept.apply(block.math(), first, delta, from, count);
        from += count;
      }
    }

    @Override
    public KernelCall write(KernelCall call) {
      throw new IllegalStateException("a mask of the CPU's memory has no kernel");
    }

    private int find(long element) {
      int low = 0;
      int high = stretches.size() - 1;
      while (low < high) {
        int middle = (low + high + 1) >>> 1;
        if (stretches.get(middle).first() <= element) {
          low = middle;
        } else {
          high = middle - 1;
        }
      }
      return low;
    }
  }
}
