package dev.mergefarm.eval.model.run;

import dev.mergefarm.eval.model.graph.Visibility;
import java.util.Arrays;
import java.util.List;

/**
 * Trees side by side, filled up at the end to the largest one's size, after a prefix they share. A
 * token sees the prefix, its ancestors and itself; a filler sees what does no harm, and nobody sees
 * it.
 *
 * @param prefix tokens held in a cache
 */
record TreeBatch(List<TokenTree> trees, int prefix) implements Visibility {

  TreeBatch {
    trees = List.copyOf(trees);
  }

  @Override
  public int queries() {
    return trees.stream().mapToInt(TokenTree::size).max().orElse(0);
  }

  @Override
  public int keys() {
    return prefix + queries();
  }

  private boolean areChains() {
    return trees.stream().allMatch(TokenTree::isChain);
  }

  @Override
  public int rows() {
    return areChains() ? 1 : trees.size();
  }

  @Override
  public boolean isCausal() {
    return prefix == 0 && areChains();
  }

  @Override
  public boolean isComplete() {
    return queries() == 1;
  }

  @Override
  public int reach() {
    return prefix
        + trees.stream().mapToInt(tree -> areChains() ? queries() : deepest(tree)).max().orElse(0);
  }

  private static int deepest(TokenTree tree) {
    int deepest = 0;
    for (int node = 0; node < tree.size(); node++) {
      deepest = Math.max(deepest, tree.depth(node));
    }
    return deepest;
  }

  /** Token ids, [trees, queries], filled up with 0. */
  long[] tokens() {
    int width = queries();
    long[] tokens = new long[trees.size() * width];
    for (int row = 0; row < trees.size(); row++) {
      TokenTree tree = trees.get(row);
      for (int node = 0; node < tree.size(); node++) {
        tokens[row * width + node] = tree.token(node);
      }
    }
    return tokens;
  }

  /** Positions, [trees, queries]; a filler gets that of the prefix's end. */
  long[] positions() {
    int width = queries();
    long[] positions = new long[trees.size() * width];
    Arrays.fill(positions, prefix);
    for (int row = 0; row < trees.size(); row++) {
      TokenTree tree = trees.get(row);
      for (int node = 0; node < tree.size(); node++) {
        positions[row * width + node] = (long) prefix + tree.depth(node);
      }
    }
    return positions;
  }

  @Override
  public void fill(float[] mask, int window) {
    Arrays.fill(mask, Float.NEGATIVE_INFINITY);
    boolean chains = areChains();
    int width = queries();
    for (int row = 0; row < rows(); row++) {
      for (int query = 0; query < width; query++) {
        int start = (row * width + query) * keys();
        if (chains) {
          showChain(mask, start, query, window);
        } else {
          showTree(mask, start, trees.get(row), query, window);
        }
      }
    }
  }

  private void showChain(float[] mask, int start, int query, int window) {
    int last = prefix + query;
    int first = Math.max(0, last - Math.min(window, last + 1) + 1);
    Arrays.fill(mask, start + first, start + last + 1, 0f);
  }

  private void showTree(float[] mask, int start, TokenTree tree, int query, int window) {
    mask[start + prefix + query] = 0;
    if (query >= tree.size()) {
      return;
    }
    int seen = Math.min(window, prefix + tree.depth(query) + 1);
    int node = query;
    while (node >= 0 && seen > 0) {
      mask[start + prefix + node] = 0;
      node = tree.parent(node);
      seen--;
    }
    Arrays.fill(mask, start + prefix - seen, start + prefix, 0f);
  }
}
