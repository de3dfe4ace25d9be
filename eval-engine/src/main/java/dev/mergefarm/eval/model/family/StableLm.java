package dev.mergefarm.eval.model.family;

import dev.mergefarm.eval.model.graph.Activation;
import dev.mergefarm.eval.model.graph.Attention;
import dev.mergefarm.eval.model.graph.Decoder;
import dev.mergefarm.eval.model.graph.FeedForward;
import dev.mergefarm.eval.model.graph.Layer;
import dev.mergefarm.eval.model.graph.Norm;
import dev.mergefarm.eval.model.graph.Parameter;
import dev.mergefarm.eval.model.graph.Rotary;
import dev.mergefarm.storage.tensor.Shape;
import java.util.Optional;
import java.util.stream.IntStream;

/** StableLM: a part of each head rotated, layer norms with biases, optionally parallel branches. */
final class StableLm implements ModelFamily {

  @Override
  public String modelType() {
    return "stablelm";
  }

  @Override
  public Decoder decoder(ModelConfig config) {
    Dimensions sizes = Dimensions.read(config);
    double epsilon = config.positive("layer_norm_eps", 1e-5);
    boolean bias = config.flag("use_qkv_bias", false);
    boolean normalised = config.flag("qk_layernorm", false);
    boolean parallel = config.flag("use_parallel_residual", false);
    Activation activation = Parts.activation(config, "hidden_act", "silu");
    Rotary rotary = RotaryReader.partial(config, sizes.heads().size(), 0.25).read();
    return Parts.decoder(
        config,
        sizes,
        Parts.layers(
            sizes,
            layer -> {
              Attention attention = attention(layer, sizes, rotary, bias, normalised, epsilon);
              FeedForward network =
                  Parts.gated(
                      Parts.layerName(layer) + ".mlp",
                      sizes.hidden(),
                      sizes.intermediate(),
                      activation,
                      false);
              Norm first = norm(layer, "input_layernorm", sizes, epsilon);
              return parallel
                  ? new Layer.Parallel(first, Optional.empty(), attention, network)
                  : Layer.Sequential.normalisedBefore(
                      first,
                      attention,
                      norm(layer, "post_attention_layernorm", sizes, epsilon),
                      network);
            }),
        Norm.Layer.of("model.norm", sizes.hidden(), epsilon, true),
        false);
  }

  private static Norm norm(int layer, String name, Dimensions sizes, double epsilon) {
    return Norm.Layer.of(Parts.layerName(layer) + "." + name, sizes.hidden(), epsilon, true);
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
            layer, sizes, Parts.separate(Parts.layerName(layer), sizes, bias), rotary, false);
    return normalised
        ? attention.withNorms(
            new Attention.QueryKeyNorms(
                perHead(name + "q_layernorm", sizes.heads().queryHeads(), sizes, epsilon),
                perHead(name + "k_layernorm", sizes.heads().keyHeads(), sizes, epsilon),
                true))
        : attention;
  }

  private static Norm perHead(String name, int heads, Dimensions sizes, double epsilon) {
    return new Norm.PerHead(
        IntStream.range(0, heads)
            .mapToObj(
                head ->
                    new Parameter(
                        name + ".norms." + head + ".weight", Shape.of(sizes.heads().size())))
            .toList(),
        epsilon);
  }
}
