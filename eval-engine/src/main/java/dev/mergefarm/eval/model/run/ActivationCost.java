package dev.mergefarm.eval.model.run;

import dev.mergefarm.eval.model.graph.Attention;
import dev.mergefarm.eval.model.graph.Decoder;
import dev.mergefarm.eval.model.graph.Layer;
import dev.mergefarm.eval.model.graph.Parameter;

/**
 * An upper bound on the native memory of a forward pass, in bytes, counting every temporary of the
 * most expensive layer as if it took four bytes per element and lived until the layer's end.
 */
public final class ActivationCost {

  private static final int ELEMENT = 4;

  private final int layers;
  private final long hidden;
  private final long queryWidth;
  private final long keyWidth;
  private final long networkWidth;
  private final long vocabulary;
  private final long cappedHeads;

  public ActivationCost(Decoder decoder) {
    this.layers = decoder.layers().size();
    this.hidden = decoder.hiddenSize();
    this.vocabulary = decoder.vocabulary();
    long widestQuery = 0;
    long widestKey = 0;
    long widestNetwork = 0;
    long capped = 0;
    for (Layer layer : decoder.layers()) {
      Attention attention = layer.attention();
      long size = attention.heads().size();
      widestQuery = Math.max(widestQuery, size * attention.heads().queryHeads());
      widestKey = Math.max(widestKey, size * attention.heads().keyHeads());
      widestNetwork = Math.max(widestNetwork, widest(layer));
      capped =
          Math.max(capped, attention.softcap().isPresent() ? attention.heads().queryHeads() : 0);
    }
    this.queryWidth = widestQuery;
    this.keyWidth = widestKey;
    this.networkWidth = widestNetwork;
    this.cappedHeads = capped;
  }

  private static long widest(Layer layer) {
    return layer.feedForward().parameters().stream()
        .map(Parameter::shape)
        .filter(shape -> shape.rank() == 2)
        .mapToLong(shape -> Math.max(shape.dimension(0), shape.dimension(1)))
        .max()
        .orElse(0);
  }

  /**
   * One pass without its logits.
   *
   * @param rows sequences side by side
   * @param queries tokens computed of each
   * @param keys tokens seen by each, earlier ones included
   * @param masked whether a mask is needed
   */
  public long pass(long rows, long queries, long keys, boolean masked) {
    long attention = 9 * queryWidth + 10 * keyWidth + 2 * hidden;
    long network = 3 * networkWidth + 2 * hidden;
    long perToken = 8 * hidden + Math.max(attention, network);
    long earlier = keys > queries ? rows * keys * 2 * keyWidth : 0;
    long mask = masked ? 2 * rows * queries * keys : 0;
    long scores = cappedHeads * rows * queries * keys * 4;
    return ELEMENT * (rows * queries * perToken + earlier + mask + scores);
  }

  /** Keys and values of all layers kept for this many tokens of this many sequences. */
  public long cache(long rows, long tokens) {
    return ELEMENT * layers * rows * tokens * 2 * keyWidth;
  }

  /** Hidden states that logits are computed from, and the logits of some of them. */
  public long logits(long places, long chosen) {
    return ELEMENT * (places * hidden + chosen * (3 * hidden + 4 * vocabulary));
  }

  /**
   * How many positions' logits fit a budget beside the hidden states of this many places; at least
   * one.
   */
  public int logitsRows(long places, long budget) {
    long left = budget - logits(places, 0);
    return Math.clamp(left / logits(0, 1), 1, 1 << 16);
  }
}
