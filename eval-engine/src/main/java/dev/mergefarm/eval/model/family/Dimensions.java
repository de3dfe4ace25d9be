package dev.mergefarm.eval.model.family;

import dev.mergefarm.eval.model.graph.HeadLayout;

/**
 * The sizes that most families spell alike.
 *
 * @param intermediate size inside the feed-forward networks
 * @param maximumLength positions the model was made for
 */
record Dimensions(
    int hidden, int layers, HeadLayout heads, int intermediate, int vocabulary, int maximumLength) {

  /**
   * Reads the usual keys. Key-value heads default to as many as query heads, a head's size to the
   * hidden size shared out among the heads.
   */
  static Dimensions read(ModelConfig config) {
    int hidden = config.count("hidden_size");
    int heads = config.count("num_attention_heads");
    return read(config, config.has("head_dim") ? 1 : shared(config, hidden, heads));
  }

  /** As {@link #read(ModelConfig)}, for families that give a head's size a default of its own. */
  static Dimensions read(ModelConfig config, int headSize) {
    int hidden = config.count("hidden_size");
    int heads = config.count("num_attention_heads");
    int keyHeads = config.count("num_key_value_heads", heads);
    int size = config.count("head_dim", headSize);
    return new Dimensions(
        hidden,
        config.count("num_hidden_layers"),
        layout(config, heads, keyHeads, size),
        config.count("intermediate_size"),
        config.count("vocab_size"),
        config.count("max_position_embeddings", 2048));
  }

  private static int shared(ModelConfig config, int hidden, int heads) {
    if (hidden % heads != 0) {
      config.refuse(
          "num_attention_heads",
          "The hidden size %d cannot be shared out among %d heads.".formatted(hidden, heads));
    }
    return Math.max(1, hidden / heads);
  }

  /** Checks that queries can share the key heads. */
  static HeadLayout layout(ModelConfig config, int heads, int keyHeads, int size) {
    if (heads % keyHeads != 0) {
      config.refuse(
          "num_key_value_heads",
          "%d query heads cannot share %d key heads evenly.".formatted(heads, keyHeads));
      return new HeadLayout(heads, heads, size);
    }
    return new HeadLayout(heads, keyHeads, size);
  }

  /** Outputs of the query projection. */
  long queryWidth() {
    return (long) heads.queryHeads() * heads.size();
  }

  /** Outputs of the key projection, and of the value projection. */
  long keyWidth() {
    return (long) heads.keyHeads() * heads.size();
  }
}
