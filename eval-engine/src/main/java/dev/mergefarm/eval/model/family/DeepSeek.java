package dev.mergefarm.eval.model.family;

import dev.mergefarm.eval.model.graph.Decoder;
import dev.mergefarm.eval.model.graph.FeedForward;
import dev.mergefarm.eval.model.graph.Layer;
import dev.mergefarm.eval.model.graph.Norm;
import dev.mergefarm.eval.model.graph.Rotary;
import dev.mergefarm.eval.model.graph.SharedExpertMixture;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * DeepSeek's first mixture of experts (Dai et al. 2024, <a
 * href="https://arxiv.org/abs/2401.06066">DeepSeekMoE</a>): Llama with routed experts beside
 * experts for all tokens.
 */
final class DeepSeek implements ModelFamily {

  @Override
  public String modelType() {
    return "deepseek";
  }

  @Override
  public Decoder decoder(ModelConfig config) {
    Dimensions sizes = Dimensions.read(config);
    double epsilon = config.positive("rms_norm_eps", 1e-6);
    boolean bias = config.flag("attention_bias", false);
    IntFunction<FeedForward> networks = networks(config, sizes);
    config.onlyFlag("mlp_bias", false, "A bias of experts");
    Rotary rotary = RotaryReader.whole(config, sizes.heads().size(), 10_000).read();
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
                        Parts.separate(Parts.layerName(layer), sizes, bias),
                        rotary,
                        bias),
                    Parts.rootMeanSquare(layer, "post_attention_layernorm", sizes, epsilon),
                    networks.apply(layer))),
        Norm.RootMeanSquare.plain("model.norm", sizes.hidden(), epsilon),
        false);
  }

  /** Mixtures from a first layer on in every so many layers. */
  private static IntFunction<FeedForward> networks(ModelConfig config, Dimensions sizes) {
    String scoring = config.text("scoring_func", "softmax");
    if (!scoring.equals("softmax")) {
      config.refuse("scoring_func", "Only softmax is supported, found '%s'.".formatted(scoring));
    }
    Optional<Integer> routed = config.optionalCount("n_routed_experts");
    int size = config.count("moe_intermediate_size", 1407);
    Experts experts =
        Experts.read(
            config,
            sizes,
            routed.orElse(Integer.MAX_VALUE),
            1,
            size,
            config.flag("norm_topk_prob", false));
    Optional<Integer> shared = config.optionalCount("n_shared_experts");
    int first = config.number("first_k_dense_replace", 0);
    int step = config.count("moe_layer_freq", 1);
    return layer -> {
      if (routed.isEmpty() || layer < first || layer % step != 0) {
        return experts.dense(layer);
      }
      return shared.isEmpty()
          ? experts.mixture(layer)
          : new SharedExpertMixture(
              experts.mixture(layer),
              experts.gated(layer, ".shared_experts", size * shared.get()),
              Optional.empty());
    };
  }
}
