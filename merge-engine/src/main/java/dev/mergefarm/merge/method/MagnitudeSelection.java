package dev.mergefarm.merge.method;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Finds the elements of given ranks by magnitude over a whole tensor, exactly and without sorting
 * it. One reading counts the keys of all rows by their upper 16 bits. A second collects the few
 * elements that share those bits with an element that is looked for, which settles everything;
 * where there are too many to collect, it counts their lower 15 bits instead, and a third reading
 * finds where equal magnitudes are divided.
 */
final class MagnitudeSelection {

  /** Most elements to collect, over all rows of a tensor: 16 MiB of them. */
  static final long MOST_CANDIDATES = 1 << 22;

  private final KeyRows rows;
  private final long[][] ranks;
  private final long everything;
  private final long mostCandidates;
  private final Function<MagnitudeCut[][], Stage> next;
  private final MagnitudeCut[][] cuts;

  private MagnitudeSelection(
      KeyRows rows,
      long[][] ranks,
      long everything,
      long mostCandidates,
      Function<MagnitudeCut[][], Stage> next) {
    this.mostCandidates = mostCandidates;
    this.rows = rows;
    this.ranks = ranks;
    this.everything = everything;
    this.next = next;
    cuts = new MagnitudeCut[ranks.length][];
  }

  /**
   * The stages that find cuts.
   *
   * @param ranks for each row, how many elements are to be on the larger side of each cut
   * @param elements of the tensor
   * @param next called with a cut for each rank of each row
   */
  static Stage stages(
      KeyRows rows, long[][] ranks, long elements, Function<MagnitudeCut[][], Stage> next) {
    return stages(rows, ranks, elements, MOST_CANDIDATES, next);
  }

  /**
   * The same with another limit.
   *
   * @param mostCandidates above so many candidates their lower bits are counted instead
   */
  static Stage stages(
      KeyRows rows,
      long[][] ranks,
      long elements,
      long mostCandidates,
      Function<MagnitudeCut[][], Stage> next) {
    return new MagnitudeSelection(rows, ranks, elements, mostCandidates, next).start();
  }

  /**
   * The stages that find the values of given ranks, with cuts just below them.
   *
   * @param ranks for each row, ranks from 1 for the largest to the number of elements
   */
  static Stage values(KeyRows rows, long[][] ranks, Function<MagnitudeCut[][], Stage> next) {
    return new MagnitudeSelection(rows, ranks, Long.MAX_VALUE, MOST_CANDIDATES, next).start();
  }

  private Stage start() {
    boolean trivial = true;
    for (int row = 0; row < ranks.length; row++) {
      cuts[row] = new MagnitudeCut[ranks[row].length];
      for (int i = 0; i < ranks[row].length; i++) {
        cuts[row][i] = trivialCut(ranks[row][i]);
        trivial &= cuts[row][i] != null;
      }
    }
    return trivial
        ? next.apply(cuts)
        : new Stage.Reduce<>(new HighBitCounts(rows), this::afterHighBits);
  }

  private MagnitudeCut trivialCut(long rank) {
    if (rank >= everything) {
      return MagnitudeCut.BELOW_ALL;
    }
    return rank <= 0 ? MagnitudeCut.ABOVE_ALL : null;
  }

  private Stage afterHighBits(Histogram[] counts) {
    List<MagnitudeTarget> targets = new ArrayList<>();
    long candidates = 0;
    for (int row = 0; row < ranks.length; row++) {
      for (int i = 0; i < ranks[row].length; i++) {
        if (cuts[row][i] == null) {
          Histogram.Place place = counts[row].find(ranks[row][i]);
          targets.add(new MagnitudeTarget(row, i, place.bin(), place.rank()));
          candidates += place.count();
        }
      }
    }
    if (candidates <= mostCandidates) {
      return new Stage.Reduce<>(
          new CandidateSearch(rows, targets), found -> finish(targets, found.cuts()));
    }
    return new Stage.Reduce<>(new LowBitCounts(rows, targets), low -> afterLowBits(targets, low));
  }

  private Stage afterLowBits(List<MagnitudeTarget> targets, Histogram[] low) {
    return TieSearch.after(rows, targets, low).then(found -> finish(targets, found));
  }

  private Stage finish(List<MagnitudeTarget> targets, List<MagnitudeCut> found) {
    for (int i = 0; i < targets.size(); i++) {
      MagnitudeTarget target = targets.get(i);
      cuts[target.row()][target.index()] = found.get(i);
    }
    return next.apply(cuts);
  }
}
