package dev.mergefarm.eval.model.family;

import dev.mergefarm.eval.model.graph.Activation;
import dev.mergefarm.eval.model.graph.Attention;
import dev.mergefarm.eval.model.graph.Decoder;
import dev.mergefarm.eval.model.graph.Layer;
import dev.mergefarm.eval.model.graph.Norm;
import dev.mergefarm.eval.model.graph.Rotary;
import java.util.List;
import java.util.Optional;

/** Qwen 3: queries and keys of each head are normalised before they are rotated. */
final class Qwen3 implements ModelFamily {

  private static final int HEAD_SIZE = 128;

  @Override
  public String modelType() {
    return "qwen3";
  }

  @Override
  public Decoder decoder(ModelConfig config) {
    Dimensions sizes = Dimensions.read(config, HEAD_SIZE);
    double epsilon = config.positive("rms_norm_eps", 1e-6);
    boolean bias = config.flag("attention_bias", false);
    Activation activation = Parts.activation(config, "hidden_act", "silu");
    List<Optional<Integer>> windows = Qwen2.windows(config, sizes);
    Rotary rotary = RotaryReader.whole(config, sizes.heads().size(), 10_000).read();
    return Parts.decoder(
        config,
        sizes,
        Parts.layers(
            sizes,
            layer ->
                Layer.Sequential.normalisedBefore(
                    Parts.rootMeanSquare(layer, "input_layernorm", sizes, epsilon),
                    attention(layer, sizes, rotary, bias, epsilon).withWindow(windows.get(layer)),
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

  static Attention attention(
      int layer, Dimensions sizes, Rotary rotary, boolean bias, double epsilon) {
    String name = Parts.layerName(layer) + ".self_attn.";
    int size = sizes.heads().size();
    return Parts.attention(
            layer, sizes, Parts.separate(Parts.layerName(layer), sizes, bias), rotary, bias)
        .withNorms(
            new Attention.QueryKeyNorms(
                Norm.RootMeanSquare.plain(name + "q_norm", size, epsilon),
                Norm.RootMeanSquare.plain(name + "k_norm", size, epsilon),
                true));
  }
}
