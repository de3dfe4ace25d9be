package dev.mergefarm.eval.model.graph;

/**
 * The heads of an attention layer.
 *
 * @param queryHeads a multiple of the key heads
 * @param keyHeads heads of keys and values, each shared by several query heads
 * @param size dimensions of a head
 */
public record HeadLayout(int queryHeads, int keyHeads, int size) {

  public HeadLayout {
    if (queryHeads < 1 || keyHeads < 1 || size < 1 || queryHeads % keyHeads != 0) {
      throw new IllegalArgumentException(
          "heads must be positive and query heads a multiple of key heads, found %d, %d and size %d"
              .formatted(queryHeads, keyHeads, size));
    }
  }
}
