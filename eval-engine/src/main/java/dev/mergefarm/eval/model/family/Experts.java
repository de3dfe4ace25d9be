package dev.mergefarm.eval.model.family;

import dev.mergefarm.eval.model.graph.Activation;
import dev.mergefarm.eval.model.graph.ExpertMixture;
import dev.mergefarm.eval.model.graph.FeedForward;
import dev.mergefarm.eval.model.graph.Linear;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * The mixtures of experts of one configuration, under the names {@code mlp.gate} and {@code
 * mlp.experts}.
 *
 * @param experts how many there are
 * @param chosen how many a token goes through
 * @param size inside each expert
 * @param normalised whether the chosen experts' weights are made to sum to one
 */
record Experts(
    Dimensions sizes,
    Activation activation,
    int experts,
    int chosen,
    int size,
    boolean normalised) {

  /**
   * Reads how many experts a token goes through, checked against how many there are.
   *
   * @param otherwise the family's default for {@code num_experts_per_tok}
   */
  static Experts read(
      ModelConfig config,
      Dimensions sizes,
      int experts,
      int otherwise,
      int size,
      boolean normalised) {
    int chosen = config.count("num_experts_per_tok", otherwise);
    if (chosen > experts) {
      config.refuse(
          "num_experts_per_tok", "%d experts cannot be chosen from %d.".formatted(chosen, experts));
    }
    return new Experts(
        sizes,
        Parts.activation(config, "hidden_act", "silu"),
        experts,
        Math.min(chosen, experts),
        size,
        normalised);
  }

  /** The mixture of a layer. */
  ExpertMixture mixture(int layer) {
    return new ExpertMixture(
        Linear.of(network(layer) + ".gate", sizes.hidden(), experts, false),
        IntStream.range(0, experts)
            .mapToObj(expert -> gated(layer, ".experts." + expert, size))
            .toList(),
        chosen,
        normalised);
  }

  /** A network of a layer without experts. */
  FeedForward dense(int layer) {
    return gated(layer, "", sizes.intermediate());
  }

  /** A network of a layer under a name of its own. */
  FeedForward.Gated gated(int layer, String name, int inner) {
    return Parts.gated(network(layer) + name, sizes.hidden(), inner, activation, false);
  }

  static String network(int layer) {
    return Parts.layerName(layer) + ".mlp";
  }

  /**
   * Mixtures in every so many layers, except those that are named to have none, as the Qwen
   * families have them.
   */
  IntFunction<FeedForward> inSomeLayers(
      ModelConfig config, IntFunction<? extends FeedForward> mixture) {
    int step = config.count("decoder_sparse_step", 1);
    List<Integer> dense = config.integers("mlp_only_layers");
    return layer ->
        dense.contains(layer) || (layer + 1) % step != 0 ? dense(layer) : mixture.apply(layer);
  }
}
