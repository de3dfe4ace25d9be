package dev.mergefarm.eval.model.family;

import dev.mergefarm.eval.model.graph.Activation;
import dev.mergefarm.eval.model.graph.Decoder;
import dev.mergefarm.eval.model.graph.Layer;
import dev.mergefarm.eval.model.graph.Norm;
import dev.mergefarm.eval.model.graph.Rotary;
import java.util.Optional;

/** Granite 3: Llama with a factor on embeddings, attention, residual branches and logits. */
final class Granite implements ModelFamily {

  @Override
  public String modelType() {
    return "granite";
  }

  @Override
  public Decoder decoder(ModelConfig config) {
    Dimensions sizes = Dimensions.read(config);
    double epsilon = config.positive("rms_norm_eps", 1e-6);
    boolean attentionBias = config.flag("attention_bias", false);
    boolean networkBias = config.flag("mlp_bias", false);
    Activation activation = Parts.activation(config, "hidden_act", "silu");
    double scale = config.real("attention_multiplier", 1);
    double residual = config.real("residual_multiplier", 1);
    Rotary rotary = RotaryReader.whole(config, sizes.heads().size(), 10_000).read();
    Decoder.Head head = Parts.head(config, sizes, false);
    return new Decoder(
        Parts.embedding(sizes),
        Optional.empty(),
        config.real("embedding_multiplier", 1),
        Parts.layers(
            sizes,
            layer ->
                new Layer.Sequential(
                    Optional.of(Parts.rootMeanSquare(layer, "input_layernorm", sizes, epsilon)),
                    Parts.attention(
                            layer,
                            sizes,
                            Parts.separate(Parts.layerName(layer), sizes, attentionBias),
                            rotary,
                            attentionBias)
                        .withScale(scale),
                    Optional.empty(),
                    Optional.of(
                        Parts.rootMeanSquare(layer, "post_attention_layernorm", sizes, epsilon)),
                    Parts.gated(
                        Parts.layerName(layer) + ".mlp",
                        sizes.hidden(),
                        sizes.intermediate(),
                        activation,
                        networkBias),
                    Optional.empty(),
                    residual)),
        Norm.RootMeanSquare.plain("model.norm", sizes.hidden(), epsilon),
        new Decoder.Head(
            head.weight(),
            head.tied(),
            Optional.empty(),
            1 / config.positive("logits_scaling", 1),
            Optional.empty()),
        sizes.maximumLength(),
        "model.");
  }
}
