package dev.mergefarm.eval.model.family;

import dev.mergefarm.eval.model.graph.Activation;
import dev.mergefarm.eval.model.graph.Decoder;
import dev.mergefarm.eval.model.graph.Layer;
import dev.mergefarm.eval.model.graph.Norm;
import dev.mergefarm.eval.model.graph.Rotary;

/** Llama 1 to 3 and what is shaped like them. */
final class Llama implements ModelFamily {

  @Override
  public String modelType() {
    return "llama";
  }

  @Override
  public Decoder decoder(ModelConfig config) {
    Dimensions sizes = Dimensions.read(config);
    double epsilon = config.positive("rms_norm_eps", 1e-6);
    boolean attentionBias = config.flag("attention_bias", false);
    boolean networkBias = config.flag("mlp_bias", false);
    Activation activation = Parts.activation(config, "hidden_act", "silu");
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
                        Parts.separate(Parts.layerName(layer), sizes, attentionBias),
                        rotary,
                        attentionBias),
                    Parts.rootMeanSquare(layer, "post_attention_layernorm", sizes, epsilon),
                    Parts.gated(
                        Parts.layerName(layer) + ".mlp",
                        sizes.hidden(),
                        sizes.intermediate(),
                        activation,
                        networkBias))),
        Norm.RootMeanSquare.plain("model.norm", sizes.hidden(), epsilon),
        false);
  }
}
