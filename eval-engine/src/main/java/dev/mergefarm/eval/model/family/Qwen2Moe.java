package dev.mergefarm.eval.model.family;

import dev.mergefarm.eval.model.graph.Decoder;
import dev.mergefarm.eval.model.graph.FeedForward;
import dev.mergefarm.eval.model.graph.Layer;
import dev.mergefarm.eval.model.graph.Linear;
import dev.mergefarm.eval.model.graph.Norm;
import dev.mergefarm.eval.model.graph.Rotary;
import dev.mergefarm.eval.model.graph.SharedExpertMixture;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * Qwen 2 with mixtures of experts in some or all layers, each beside a gated expert for all tokens.
 */
final class Qwen2Moe implements ModelFamily {

  @Override
  public String modelType() {
    return "qwen2_moe";
  }

  @Override
  public Decoder decoder(ModelConfig config) {
    Dimensions sizes = Dimensions.read(config);
    double epsilon = config.positive("rms_norm_eps", 1e-6);
    boolean bias = config.flag("qkv_bias", true);
    List<Optional<Integer>> windows = Qwen2.windows(config, sizes);
    IntFunction<FeedForward> networks = networks(config, sizes);
    config.onlyFlag("attention_bias", false, "A bias of attention");
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
                            false)
                        .withWindow(windows.get(layer)),
                    Parts.rootMeanSquare(layer, "post_attention_layernorm", sizes, epsilon),
                    networks.apply(layer))),
        Norm.RootMeanSquare.plain("model.norm", sizes.hidden(), epsilon),
        false);
  }

  private static IntFunction<FeedForward> networks(ModelConfig config, Dimensions sizes) {
    Experts experts =
        Experts.read(
            config,
            sizes,
            config.count("num_experts", 60),
            4,
            config.count("moe_intermediate_size", 1408),
            config.flag("norm_topk_prob", false));
    int sharedSize = config.count("shared_expert_intermediate_size", 5632);
    return experts.inSomeLayers(
        config,
        layer ->
            new SharedExpertMixture(
                experts.mixture(layer),
                experts.gated(layer, ".shared_expert", sharedSize),
                Optional.of(
                    Linear.of(
                        Experts.network(layer) + ".shared_expert_gate",
                        sizes.hidden(),
                        1,
                        false))));
  }
}
