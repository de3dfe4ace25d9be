package dev.mergefarm.eval.model.family;

import dev.mergefarm.eval.model.graph.Decoder;
import dev.mergefarm.eval.model.graph.Layer;
import dev.mergefarm.eval.model.graph.Norm;
import dev.mergefarm.eval.model.graph.Rotary;
import java.util.Optional;

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
    Optional<Integer> window = config.optionalCount("sliding_window");
    int count = config.count("num_local_experts", 8);
    Experts experts = Experts.read(config, sizes, count, 2, sizes.intermediate(), true);
    config.onlyFlag("attention_bias", false, "A bias of attention");
    config.onlyFlag("mlp_bias", false, "A bias of experts");
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
                    experts.mixture(layer))),
        Norm.RootMeanSquare.plain("model.norm", sizes.hidden(), epsilon),
        false);
  }
}
