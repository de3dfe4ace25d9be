package dev.mergefarm.merge.method;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Collects, in order, the elements that share their upper bits with a target, and finds the targets
 * among them.
 */
record CandidateSearch(KeyRows rows, List<MagnitudeTarget> targets)
    implements Reduction<CandidateSearch.Found> {

  @Override
  public Found empty() {
    return new Found(targets, 0);
  }

  @Override
  public Found partial(long firstElement, int length) {
    return new Found(targets, firstElement);
  }

  @Override
  public void accumulate(Found partial, Block block) {
    float[][] values = rows.of(block);
    for (int i = 0; i < targets.size(); i++) {
      partial.collect(i, values[targets.get(i).row()], block);
    }
  }

  @Override
  public void combine(Found whole, Found partial) {
    whole.pieces.add(partial);
  }

  /** Reading a device's memory twice is quicker there than collecting. */
  @Override
  public Optional<Stage> kernelStages(Function<Found, Stage> next) {
    return Optional.of(
        new Stage.Reduce<>(
            new LowBitCounts(rows, targets),
            low -> TieSearch.after(rows, targets, low).then(cuts -> next.apply(new Found(cuts)))));
  }

  /** The candidates of one segment, or the segments of a tensor in order. */
  static final class Found {

    private static final int LOW_MASK = (1 << KeyRows.LOW_BITS) - 1;

    private final List<MagnitudeTarget> targets;
    private final long first;
    private final int[][] candidates;
    private final int[] counts;
    private final int[] indices = new int[Block.CAPACITY];
    private final List<Found> pieces = new ArrayList<>();
    private final List<MagnitudeCut> known;

    Found(List<MagnitudeTarget> targets, long first) {
      this.targets = targets;
      this.first = first;
      candidates = new int[targets.size()][16];
      counts = new int[targets.size()];
      known = List.of();
    }

    /** Of cuts that were found in another way. */
    Found(List<MagnitudeCut> cuts) {
      targets = List.of();
      first = 0;
      candidates = new int[0][];
      counts = new int[0];
      known = List.copyOf(cuts);
    }

    /** A candidate is its place in the segment, 16 bits, and the lower bits of its key. */
    private void collect(int target, float[] values, Block block) {
      int high = targets.get(target).high();
      int place = (int) (block.first() - first);
      int least = high << KeyRows.LOW_BITS;
      int count = block.math().find(indices, values, least, least | LOW_MASK, block.length());
      int[] collected = room(target, count);
      for (int i = 0; i < count; i++) {
        int low = KeyRows.key(values[indices[i]]) & LOW_MASK;
        collected[counts[target] + i] = place + indices[i] << KeyRows.LOW_BITS | low;
      }
      counts[target] += count;
    }

    private int[] room(int target, int count) {
      int needed = counts[target] + count;
      if (needed > candidates[target].length) {
        int length = Math.max(needed, 2 * candidates[target].length);
        candidates[target] = Arrays.copyOf(candidates[target], length);
      }
      return candidates[target];
    }

    /** The cut of each target. */
    List<MagnitudeCut> cuts() {
      List<MagnitudeCut> cuts = new ArrayList<>(known);
      for (int target = 0; target < targets.size(); target++) {
        cuts.add(cut(target));
      }
      return cuts;
    }

    private MagnitudeCut cut(int target) {
      Histogram low = new Histogram(1 << KeyRows.LOW_BITS);
      for (Found piece : pieces) {
        for (int i = 0; i < piece.counts[target]; i++) {
          low.addLowBits(piece.candidates[target][i] & LOW_MASK);
        }
      }
      Histogram.Place place = low.find(targets.get(target).rank());
      int key = targets.get(target).key(place.bin());
      boolean divided = place.rank() < place.count();
      return new MagnitudeCut(
          key, divided ? endOfTies(target, place.bin(), place.rank()) : Long.MAX_VALUE);
    }

    private long endOfTies(int target, int low, long rank) {
      long left = rank;
      for (Found piece : pieces) {
        for (int i = 0; i < piece.counts[target]; i++) {
          int candidate = piece.candidates[target][i];
          if ((candidate & LOW_MASK) == low && --left == 0) {
            return piece.first + (candidate >>> KeyRows.LOW_BITS) + 1;
          }
        }
      }
      throw new IllegalStateException("an element that was counted is gone");
    }
  }
}
