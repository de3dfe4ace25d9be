package dev.mergefarm.eval.model.family;

import dev.mergefarm.eval.model.graph.Activation;
import dev.mergefarm.eval.model.graph.Attention;
import dev.mergefarm.eval.model.graph.Decoder;
import dev.mergefarm.eval.model.graph.Layer;
import dev.mergefarm.eval.model.graph.Norm;
import dev.mergefarm.eval.model.graph.Parameter;
import dev.mergefarm.eval.model.graph.Rotary;
import java.util.List;
import java.util.Optional;

/** Cohere's Command R: parallel branches, norms without bias, interleaved rotation. */
final class Cohere implements ModelFamily {

  @Override
  public String modelType() {
    return "cohere";
  }

  @Override
  public Decoder decoder(ModelConfig config) {
    Dimensions sizes = Dimensions.read(config);
    double epsilon = config.positive("layer_norm_eps", 1e-5);
    boolean bias = config.flag("attention_bias", false);
    boolean normalised = config.flag("use_qk_norm", false);
    Activation activation = Parts.activation(config, "hidden_act", "silu");
    double factor = config.nullableReal("logit_scale", 0.0625).orElse(1.0);
    Rotary rotary = new RotaryReader(config, sizes.heads().size(), 500_000, 1, false, true).read();
    Decoder.Head head = Parts.head(config, sizes, true);
    return new Decoder(
        Parts.embedding(sizes),
        Optional.empty(),
        1,
        Parts.layers(
            sizes,
            layer ->
                new Layer.Parallel(
                    Norm.Layer.of(
                        Parts.layerName(layer) + ".input_layernorm",
                        sizes.hidden(),
                        epsilon,
                        false),
                    Optional.empty(),
                    attention(layer, sizes, rotary, bias, normalised, epsilon),
                    Parts.gated(
                        Parts.layerName(layer) + ".mlp",
                        sizes.hidden(),
                        sizes.intermediate(),
                        activation,
                        false))),
        Norm.Layer.of("model.norm", sizes.hidden(), epsilon, false),
        new Decoder.Head(head.weight(), head.tied(), Optional.empty(), factor, Optional.empty()),
        sizes.maximumLength(),
        "model.");
  }

  private static Attention attention(
      int layer,
      Dimensions sizes,
      Rotary rotary,
      boolean bias,
      boolean normalised,
      double epsilon) {
    String name = Parts.layerName(layer) + ".self_attn.";
    Attention attention =
        Parts.attention(
            layer, sizes, Parts.separate(Parts.layerName(layer), sizes, bias), rotary, bias);
    return normalised
        ? attention.withNorms(
            new Attention.QueryKeyNorms(
                perHead(name + "q_norm", sizes.heads().queryHeads(), sizes, epsilon),
                perHead(name + "k_norm", sizes.heads().keyHeads(), sizes, epsilon),
                true))
        : attention;
  }

  private static Norm perHead(String name, int heads, Dimensions sizes, double epsilon) {
    return new Norm.PerHead(
        List.of(Parameter.matrix(name + ".weight", heads, sizes.heads().size())), epsilon);
  }
}
