package dev.mergefarm.eval.model.family;

import dev.mergefarm.eval.model.graph.Activation;
import dev.mergefarm.eval.model.graph.Decoder;
import dev.mergefarm.eval.model.graph.ExpertMixture;
import dev.mergefarm.eval.model.graph.FeedForward;
import dev.mergefarm.eval.model.graph.Layer;
import dev.mergefarm.eval.model.graph.Linear;
import dev.mergefarm.eval.model.graph.Norm;
import dev.mergefarm.eval.model.graph.Rotary;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** Mixtral: Mistral with a mixture of experts in every layer. */
final class Mixtral implements ModelFamily {

  @Override
  public String modelType() {
    return "mixtral";
  }

  @Override
  public Decoder decoder(ModelConfig config) {
    Dimensions sizes = Dimensions.read(config);
    double epsilon = config.positive("rms_norm_eps", 1e-5);
    Activation activation = Parts.activation(config, "hidden_act", "silu");
    Optional<Integer> window = config.optionalCount("sliding_window");
    int experts = config.count("num_local_experts", 8);
    int chosen = chosen(config, experts, 2);
    Rotary rotary = RotaryReader.whole(config, sizes.heads().size(), 1_000_000).read();
    return Parts.decoder(
        config,
        sizes,
        Parts.layers(
            sizes,
            layer ->
                Layer.Sequential.normalisedBefore(
                    Parts.rootMeanSquare(layer, "input_layernorm", sizes, epsilon),
                    Parts.attention(
                            layer,
                            sizes,
                            Parts.separate(Parts.layerName(layer), sizes, false),
                            rotary,
                            false)
                        .withWindow(window),
                    Parts.rootMeanSquare(layer, "post_attention_layernorm", sizes, epsilon),
                    mixture(
                        Parts.layerName(layer) + ".block_sparse_moe.gate",
                        sizes.hidden(),
                        experts,
                        expert -> expert(layer, expert, sizes, activation),
                        chosen,
                        true))),
        Norm.RootMeanSquare.plain("model.norm", sizes.hidden(), epsilon),
        false);
  }

  private static FeedForward.Gated expert(
      int layer, int expert, Dimensions sizes, Activation activation) {
    String name = Parts.layerName(layer) + ".block_sparse_moe.experts." + expert;
    return new FeedForward.Gated(
        Linear.of(name + ".w1", sizes.hidden(), sizes.intermediate(), false),
        Linear.of(name + ".w3", sizes.hidden(), sizes.intermediate(), false),
        Linear.of(name + ".w2", sizes.intermediate(), sizes.hidden(), false),
        activation);
  }

  /** How many experts a token goes through, checked against how many there are. */
  static int chosen(ModelConfig config, int experts, int otherwise) {
    int chosen = config.count("num_experts_per_tok", otherwise);
    if (chosen > experts) {
      config.refuse(
          "num_experts_per_tok", "%d experts cannot be chosen from %d.".formatted(chosen, experts));
      return experts;
    }
    return chosen;
  }

  static ExpertMixture mixture(
      String router,
      int hidden,
      int experts,
      IntFunction<FeedForward.Gated> expert,
      int chosen,
      boolean normalised) {
    return new ExpertMixture(
        Linear.of(router, hidden, experts, false),
        IntStream.range(0, experts).mapToObj(expert).toList(),
        chosen,
        normalised);
  }
}
