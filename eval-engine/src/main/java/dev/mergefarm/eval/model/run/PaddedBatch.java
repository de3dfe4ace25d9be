package dev.mergefarm.eval.model.run;

import dev.mergefarm.eval.model.graph.Visibility;
import java.util.Arrays;

/**
 * Sequences side by side, filled up at the front to the longest one's length, after a prefix they
 * share. The queries are the last places. A token sees the prefix and the tokens of its sequence up
 * to itself; a filler sees only itself.
 *
 * @param lengths of the sequences without the prefix, fillers not counted
 * @param prefix tokens before all of them
 * @param width of the batch: the longest length
 * @param queries how many of the last places are computed in this pass
 */
record PaddedBatch(int[] lengths, int prefix, int width, int queries) implements Visibility {

  private boolean isFilled() {
    return Arrays.stream(lengths).anyMatch(length -> length != width);
  }

  @Override
  public int rows() {
    return isFilled() ? lengths.length : 1;
  }

  @Override
  public int keys() {
    return prefix + width;
  }

  @Override
  public boolean isCausal() {
    return prefix == 0 && queries == width && !isFilled();
  }

  @Override
  public boolean isComplete() {
    return queries == 1 && !isFilled();
  }

  @Override
  public int reach() {
    return prefix + width;
  }

  /** Positions of the queries, [sequences, queries]; a filler gets 0. */
  long[] positions() {
    long[] positions = new long[lengths.length * queries];
    for (int row = 0; row < lengths.length; row++) {
      for (int query = 0; query < queries; query++) {
        int place = width - queries + query - (width - lengths[row]);
        positions[row * queries + query] = place < 0 ? 0 : (long) prefix + place;
      }
    }
    return positions;
  }

  @Override
  public void fill(float[] mask, int window) {
    Arrays.fill(mask, Float.NEGATIVE_INFINITY);
    for (int row = 0; row < rows(); row++) {
      int fillers = width - lengths[row];
      for (int query = 0; query < queries; query++) {
        int place = width - queries + query;
        int start = (row * queries + query) * keys();
        mask[start + prefix + place] = 0;
        if (place >= fillers) {
          show(mask, start, fillers, place, window);
        }
      }
    }
  }

  private void show(float[] mask, int start, int fillers, int place, int window) {
    int own = Math.min(window, place - fillers + 1);
    Arrays.fill(mask, start + prefix + place - own + 1, start + prefix + place + 1, 0f);
    int before = Math.min(prefix, window - own);
    Arrays.fill(mask, start + prefix - before, start + prefix, 0f);
  }
}
