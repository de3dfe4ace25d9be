package dev.mergefarm.eval.model.graph;

/** Which keys each query of a forward pass may see. */
public interface Visibility {

  /** Rows of the mask: the batch size, or 1 when all sequences are alike. */
  int rows();

  /** Queries of each sequence. */
  int queries();

  /** Keys of each sequence, earlier tokens included. */
  int keys();

  /**
   * Whether query i sees exactly the keys 0 to i and there are no keys of earlier tokens, when no
   * window narrows the view.
   */
  boolean isCausal();

  /** Whether every query sees every key, when no window narrows the view. */
  boolean isComplete();

  /** The largest difference of positions between a query and a key that it sees. */
  int reach();

  /**
   * Fills [rows, queries, keys] with 0 for a key that is seen and negative infinity for one that is
   * not. Every query sees at least one key.
   *
   * @param window keys whose position is this much or more below the query's are not seen
   */
  void fill(float[] mask, int window);
}
