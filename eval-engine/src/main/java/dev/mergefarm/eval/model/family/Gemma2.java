package dev.mergefarm.eval.model.family;

import dev.mergefarm.eval.model.graph.Activation;
import dev.mergefarm.eval.model.graph.Attention;
import dev.mergefarm.eval.model.graph.Decoder;
import dev.mergefarm.eval.model.graph.FeedForward;
import dev.mergefarm.eval.model.graph.Layer;
import dev.mergefarm.eval.model.graph.Rotary;
import java.util.List;
import java.util.Optional;

/** Gemma 2: norms before and after each branch, softcaps, and windows on every other layer. */
final class Gemma2 implements ModelFamily {

  @Override
  public String modelType() {
    return "gemma2";
  }

  @Override
  public Decoder decoder(ModelConfig config) {
    Dimensions sizes = Dimensions.read(config, Gemma.HEAD_SIZE);
    double epsilon = config.positive("rms_norm_eps", 1e-6);
    boolean bias = config.flag("attention_bias", false);
    config.onlyFlag("use_bidirectional_attention", false, "Bidirectional attention");
    config.text("hidden_act", "");
    Activation activation = Parts.activation(config, "hidden_activation", "gelu_pytorch_tanh");
    double scale = 1 / Math.sqrt(config.positive("query_pre_attn_scalar", 256));
    Optional<Double> attentionCap = config.nullableReal("attn_logit_softcapping", 50);
    Optional<Double> logitCap = config.nullableReal("final_logit_softcapping", 30);
    Optional<Integer> window = config.nullableCount("sliding_window", 4096);
    List<String> types =
        Parts.layerTypes(config, sizes, layer -> layer % 2 == 0 ? Parts.SLIDING : Parts.FULL);
    Rotary rotary = RotaryReader.whole(config, sizes.heads().size(), 10_000).read();
    return Gemma.decoder(
        config,
        sizes,
        Parts.layers(
            sizes,
            layer ->
                layer(
                    layer,
                    sizes,
                    Parts.attention(
                            layer,
                            sizes,
                            Parts.separate(Parts.layerName(layer), sizes, bias),
                            rotary,
                            bias)
                        .withScale(scale)
                        .withSoftcap(attentionCap)
                        .withWindow(window.filter(_ -> types.get(layer).equals(Parts.SLIDING))),
                    Parts.gated(
                        Parts.layerName(layer) + ".mlp",
                        sizes.hidden(),
                        sizes.intermediate(),
                        activation,
                        false),
                    epsilon)),
        epsilon,
        logitCap);
  }

  /** A layer with all four norms, which Gemma 3 has too. */
  static Layer layer(
      int layer, Dimensions sizes, Attention attention, FeedForward network, double epsilon) {
    return new Layer.Sequential(
        Optional.of(Gemma.norm(layer, "input_layernorm", sizes, epsilon)),
        attention,
        Optional.of(Gemma.norm(layer, "post_attention_layernorm", sizes, epsilon)),
        Optional.of(Gemma.norm(layer, "pre_feedforward_layernorm", sizes, epsilon)),
        network,
        Optional.of(Gemma.norm(layer, "post_feedforward_layernorm", sizes, epsilon)),
        1);
  }
}
