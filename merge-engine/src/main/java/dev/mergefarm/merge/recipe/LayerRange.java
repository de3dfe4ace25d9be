package dev.mergefarm.merge.recipe;

/**
 * Layers of one model, half open.
 *
 * @param start first layer, 0 or more
 * @param end the layer after the last; more than start
 */
public record LayerRange(int start, int end) {

  public LayerRange {
    if (start < 0 || end <= start) {
      throw new IllegalArgumentException(
          "a layer range needs 0 <= start < end, found [" + start + ", " + end + "]");
    }
  }

  /** How many layers it spans. */
  public int length() {
    return end - start;
  }

  @Override
  public String toString() {
    return "[" + start + ", " + end + "]";
  }
}
