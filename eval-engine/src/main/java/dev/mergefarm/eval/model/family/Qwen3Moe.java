package dev.mergefarm.eval.model.family;

import dev.mergefarm.eval.model.graph.Activation;
import dev.mergefarm.eval.model.graph.Decoder;
import dev.mergefarm.eval.model.graph.FeedForward;
import dev.mergefarm.eval.model.graph.Layer;
import dev.mergefarm.eval.model.graph.Norm;
import dev.mergefarm.eval.model.graph.Rotary;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

/** Qwen 3 with mixtures of experts in some or all layers. */
final class Qwen3Moe implements ModelFamily {

  @Override
  public String modelType() {
    return "qwen3_moe";
  }

  @Override
  public Decoder decoder(ModelConfig config) {
    Dimensions sizes = Dimensions.read(config);
    double epsilon = config.positive("rms_norm_eps", 1e-6);
    boolean bias = config.flag("attention_bias", false);
    boolean slides = config.flag("use_sliding_window", false);
    Optional<Integer> window = config.nullableCount("sliding_window", 4096).filter(_ -> slides);
    config.number("max_window_layers", 0);
    IntFunction<FeedForward> networks = networks(config, sizes);
    Rotary rotary = RotaryReader.whole(config, sizes.heads().size(), 10_000).read();
    return Parts.decoder(
        config,
        sizes,
        Parts.layers(
            sizes,
            layer ->
                Layer.Sequential.normalisedBefore(
                    Parts.rootMeanSquare(layer, "input_layernorm", sizes, epsilon),
                    Qwen3.attention(layer, sizes, rotary, bias, epsilon).withWindow(window),
                    Parts.rootMeanSquare(layer, "post_attention_layernorm", sizes, epsilon),
                    networks.apply(layer))),
        Norm.RootMeanSquare.plain("model.norm", sizes.hidden(), epsilon),
        false);
  }

  /** Experts in every so many layers, except those that are named to have none. */
  private static IntFunction<FeedForward> networks(ModelConfig config, Dimensions sizes) {
    Activation activation = Parts.activation(config, "hidden_act", "silu");
    int experts = config.count("num_experts", config.count("num_local_experts", 128));
    int chosen = Mixtral.chosen(config, experts, 8);
    int size = config.count("moe_intermediate_size", 768);
    int step = config.count("decoder_sparse_step", 1);
    boolean normalised = config.flag("norm_topk_prob", false);
    List<Integer> dense = config.integers("mlp_only_layers");
    return layer -> {
      String name = Parts.layerName(layer) + ".mlp";
      if (dense.contains(layer) || (layer + 1) % step != 0) {
        return Parts.gated(name, sizes.hidden(), sizes.intermediate(), activation, false);
      }
      return Mixtral.mixture(
          name + ".gate",
          sizes.hidden(),
          experts,
          expert ->
              Parts.gated(name + ".experts." + expert, sizes.hidden(), size, activation, false),
          chosen,
          normalised);
    };
  }
}
