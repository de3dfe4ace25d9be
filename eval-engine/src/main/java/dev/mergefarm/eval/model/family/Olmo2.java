package dev.mergefarm.eval.model.family;

import dev.mergefarm.eval.model.graph.Activation;
import dev.mergefarm.eval.model.graph.Attention;
import dev.mergefarm.eval.model.graph.Decoder;
import dev.mergefarm.eval.model.graph.Layer;
import dev.mergefarm.eval.model.graph.Norm;
import dev.mergefarm.eval.model.graph.Parameter;
import dev.mergefarm.eval.model.graph.Rotary;
import dev.mergefarm.storage.tensor.Shape;
import java.util.Optional;

/** OLMo 2: norms after each branch, and over all heads' queries and keys as one vector. */
final class Olmo2 implements ModelFamily {

  @Override
  public String modelType() {
    return "olmo2";
  }

  @Override
  public Decoder decoder(ModelConfig config) {
    Dimensions sizes = Dimensions.read(config);
    double epsilon = config.positive("rms_norm_eps", 1e-5);
    boolean bias = config.flag("attention_bias", false);
    Activation activation = Parts.activation(config, "hidden_act", "silu");
    Rotary rotary = RotaryReader.whole(config, sizes.heads().size(), 10_000).read();
    return Parts.decoder(
        config,
        sizes,
        Parts.layers(
            sizes,
            layer ->
                new Layer.Sequential(
                    Optional.empty(),
                    attention(layer, sizes, rotary, bias, epsilon),
                    Optional.of(norm(layer, "post_attention_layernorm", sizes.hidden(), epsilon)),
                    Optional.empty(),
                    Parts.gated(
                        Parts.layerName(layer) + ".mlp",
                        sizes.hidden(),
                        sizes.intermediate(),
                        activation,
                        false),
                    Optional.of(norm(layer, "post_feedforward_layernorm", sizes.hidden(), epsilon)),
                    1)),
        norm("model.norm", sizes.hidden(), epsilon),
        false);
  }

  private static Attention attention(
      int layer, Dimensions sizes, Rotary rotary, boolean bias, double epsilon) {
    return Parts.attention(
            layer, sizes, Parts.separate(Parts.layerName(layer), sizes, bias), rotary, bias)
        .withNorms(
            new Attention.QueryKeyNorms(
                norm(layer, "self_attn.q_norm", sizes.queryWidth(), epsilon),
                norm(layer, "self_attn.k_norm", sizes.keyWidth(), epsilon),
                false));
  }

  private static Norm norm(int layer, String name, long size, double epsilon) {
    return norm(Parts.layerName(layer) + "." + name, size, epsilon);
  }

  private static Norm norm(String name, long size, double epsilon) {
    return new Norm.RootMeanSquare(
        new Parameter(name + ".weight", Shape.of(size)), epsilon, false, true);
  }
}
