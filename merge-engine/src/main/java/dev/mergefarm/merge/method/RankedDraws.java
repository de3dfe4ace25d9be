package dev.mergefarm.merge.method;

import dev.mergefarm.merge.kernel.BlockMath;

/**
 * Decides which elements of a row are kept, each with a probability that rises with its rank. Most
 * draws are below all probabilities or above all, and of the rest most are decided by the bounds of
 * the element's rank, so that hardly any rank has to be found. Used by one thread.
 */
final class RankedDraws {

  private final float[] ofRank;
  private final RowRanking ranking;

  /**
   * @param ofRank the probability of each rank, not falling; as many as a row has elements
   */
  RankedDraws(float[] ofRank) {
    this.ofRank = ofRank;
    ranking = new RowRanking(ofRank.length);
  }

  /**
   * Marks what is kept of a row.
   *
   * @param values of which the row is every {@code stride}-th from {@code start} on
   * @param firstDraw index of the first value's draw
   * @param place of the first value in the stretch
   */
  void keep(
      BlockMath math,
      float[] values,
      int start,
      int stride,
      float[] draws,
      int firstDraw,
      KeptElements kept,
      int place) {
    ranking.read(values, start, stride);
    if (stride > 1) {
      for (int i = 0; i < ofRank.length; i++) {
        int at = start + i * stride;
        kept.add(place + at, decide(i, draws[firstDraw + at]) ? 1 : 0, 1);
      }
      return;
    }
    for (int i = 0; i < ofRank.length; i += Long.SIZE) {
      int count = Math.min(Long.SIZE, ofRank.length - i);
      long bits = math.below(draws, firstDraw + i, ofRank[0], count);
      long open = math.below(draws, firstDraw + i, ofRank[ofRank.length - 1], count) & ~bits;
      for (; open != 0; open &= open - 1) {
        int at = Long.numberOfTrailingZeros(open);
        bits |= (decide(i + at, draws[firstDraw + i + at]) ? 1L : 0L) << at;
      }
      kept.add(place + i, bits, count);
    }
  }

  private boolean decide(int element, float draw) {
    if (draw < ofRank[ranking.leastRank(element)]) {
      return true;
    }
    return draw < ofRank[ranking.greatestRank(element)] && draw < ofRank[ranking.rank(element)];
  }
}
