package dev.mergefarm.eval.model.family;

import dev.mergefarm.eval.model.graph.Activation;
import dev.mergefarm.eval.model.graph.Decoder;
import dev.mergefarm.eval.model.graph.Layer;
import dev.mergefarm.eval.model.graph.Norm;
import dev.mergefarm.eval.model.graph.Rotary;
import java.util.Optional;

/** Mistral: Llama without biases, with a sliding window over all layers where one is configured. */
final class Mistral implements ModelFamily {

  @Override
  public String modelType() {
    return "mistral";
  }

  @Override
  public Decoder decoder(ModelConfig config) {
    Dimensions sizes = Dimensions.read(config);
    double epsilon = config.positive("rms_norm_eps", 1e-6);
    Activation activation = Parts.activation(config, "hidden_act", "silu");
    Optional<Integer> window = config.nullableCount("sliding_window", 4096);
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
                            Parts.separate(Parts.layerName(layer), sizes, false),
                            rotary,
                            false)
                        .withWindow(window),
                    Parts.rootMeanSquare(layer, "post_attention_layernorm", sizes, epsilon),
                    Parts.gated(
                        Parts.layerName(layer) + ".mlp",
                        sizes.hidden(),
                        sizes.intermediate(),
                        activation,
                        false))),
        Norm.RootMeanSquare.plain("model.norm", sizes.hidden(), epsilon),
        false);
  }
}
