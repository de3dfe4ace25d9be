package dev.mergefarm.merge.method;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Finds where elements of equal magnitude are divided: the flat index after the last one that is on
 * the larger side.
 *
 * @param keys of the targets
 * @param ranks of the targets among the elements of the same key, from 1; 0 where all of these are
 *     on the larger side or where they are zeros, for which it makes no difference
 */
record TieSearch(KeyRows rows, List<MagnitudeTarget> targets, int[] keys, long[] ranks)
    implements Reduction<TieSearch.Ties> {

  /** What is left to find once the lower bits have been counted. */
  static TieSearch after(KeyRows rows, List<MagnitudeTarget> targets, Histogram[] low) {
    int[] keys = new int[targets.size()];
    long[] ranks = new long[targets.size()];
    for (int i = 0; i < keys.length; i++) {
      Histogram.Place place = low[i].find(targets.get(i).rank());
      keys[i] = targets.get(i).key(place.bin());
      boolean divided = keys[i] != 0 && place.rank() < place.count();
      ranks[i] = divided ? place.rank() : 0;
    }
    return new TieSearch(rows, targets, keys, ranks);
  }

  /** Searches, where there is something to find. */
  Stage then(Function<List<MagnitudeCut>, Stage> next) {
    return nothingToFind()
        ? next.apply(empty().cuts())
        : new Stage.Reduce<>(this, ties -> next.apply(ties.cuts()));
  }

  private boolean nothingToFind() {
    return Arrays.stream(ranks).allMatch(rank -> rank == 0);
  }

  @Override
  public Ties empty() {
    return new Ties(this, 0);
  }

  @Override
  public Ties partial(long firstElement, int length) {
    return new Ties(this, firstElement);
  }

  @Override
  public void accumulate(Ties partial, Block block) {
    float[][] values = rows.of(block);
    for (int i = 0; i < keys.length; i++) {
      if (ranks[i] > 0) {
        partial.collect(i, values[targets.get(i).row()], block);
      }
    }
  }

  @Override
  public void combine(Ties whole, Ties partial) {
    whole.add(partial);
  }

  /** Places of equal magnitudes in a segment, or what has been found of a whole tensor. */
  static final class Ties {

    private final TieSearch search;
    private final long first;
    private final int[][] places;
    private final int[] counts;
    private final int[] indices = new int[Block.CAPACITY];
    private final long[] left;
    private final long[] ends;

    Ties(TieSearch search, long first) {
      this.search = search;
      this.first = first;
      places = new int[search.keys.length][16];
      counts = new int[search.keys.length];
      left = search.ranks.clone();
      ends = new long[search.keys.length];
      Arrays.fill(ends, Long.MAX_VALUE);
    }

    private void collect(int target, float[] values, Block block) {
      int key = search.keys[target];
      int place = (int) (block.first() - first);
      int count = block.math().find(indices, values, key, key, block.length());
      int needed = counts[target] + count;
      if (needed > places[target].length) {
        int length = Math.max(needed, 2 * places[target].length);
        places[target] = Arrays.copyOf(places[target], length);
      }
      for (int i = 0; i < count; i++) {
        places[target][counts[target] + i] = place + indices[i];
      }
      counts[target] = needed;
    }

    private void add(Ties segment) {
      for (int target = 0; target < left.length; target++) {
        long before = left[target];
        left[target] = before - segment.counts[target];
        if (before > 0 && left[target] <= 0) {
          ends[target] = segment.first + segment.places[target][(int) before - 1] + 1;
        }
      }
    }

    List<MagnitudeCut> cuts() {
      List<MagnitudeCut> cuts = new ArrayList<>();
      for (int target = 0; target < ends.length; target++) {
        cuts.add(new MagnitudeCut(search.keys[target], ends[target]));
      }
      return cuts;
    }
  }

  @Override
  public Optional<KernelReduction<Ties>> kernels() {
    return Optional.of(new Kernels());
  }

  /** For each target, how many elements have been seen and where the one wanted ends. */
  private final class Kernels implements KernelReduction<Ties> {

    private static final int THREADS = 256;

    /** A count of each of eight warps, and where something was found. */
    private static final int LOCATION_BYTES = 8 * Integer.BYTES + 2 * Integer.BYTES;

    @Override
    public long resultBytes(long elements) {
      return 2L * Long.BYTES * keys.length;
    }

    private static long segments(long elements) {
      return (elements + SEGMENT - 1) / SEGMENT;
    }

    @Override
    public void launch(KernelSlice slice) {
      long counts = slice.scratch(extraBytes(slice.count()));
      int sharedBytes = keys.length * Integer.BYTES;
      call(slice, "tie_counts", counts).overItems(segments(slice.count()), THREADS, sharedBytes);
      call(slice, "tie_locate", counts).overItems(keys.length, THREADS, LOCATION_BYTES);
    }

    private KernelCall call(KernelSlice slice, String kernel, long counts) {
      KernelCall call = slice.kernel(rows.kernel(kernel)).address(slice.result()).address(counts);
      rows.write(slice, call);
      call.int32(keys.length).int32(0);
      for (int i = 0; i < keys.length; i++) {
        targets.get(i).write(call, keys[i], ranks[i]);
      }
      return call;
    }

    @Override
    public Ties result(MemorySegment found, long elements) {
      Ties ties = empty();
      for (int i = 0; i < keys.length; i++) {
        if (ranks[i] > 0) {
          ties.ends[i] = found.getAtIndex(ValueLayout.JAVA_LONG, 2L * i + 1);
        }
      }
      return ties;
    }

    @Override
    public long extraBytes(long elements) {
      return segments(elements) * keys.length * Integer.BYTES;
    }
  }
}
