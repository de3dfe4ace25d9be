package dev.mergefarm.eval.model.family;

import dev.mergefarm.eval.model.graph.Decoder;
import dev.mergefarm.eval.model.graph.FeedForward;
import dev.mergefarm.eval.model.graph.Layer;
import dev.mergefarm.eval.model.graph.Norm;
import dev.mergefarm.eval.model.graph.Rotary;
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
    Experts experts =
        Experts.read(
            config,
            sizes,
            config.count("num_experts", config.count("num_local_experts", 128)),
            8,
            config.count("moe_intermediate_size", 768),
            config.flag("norm_topk_prob", false));
    IntFunction<FeedForward> networks = experts.inSomeLayers(config, experts::mixture);
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
}
