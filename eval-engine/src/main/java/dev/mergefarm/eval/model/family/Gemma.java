package dev.mergefarm.eval.model.family;

import dev.mergefarm.eval.model.graph.Activation;
import dev.mergefarm.eval.model.graph.Decoder;
import dev.mergefarm.eval.model.graph.Layer;
import dev.mergefarm.eval.model.graph.Norm;
import dev.mergefarm.eval.model.graph.Rotary;
import java.util.Optional;

/** Gemma 1: Llama with norms around one, scaled embeddings and a tanh-approximated GELU. */
final class Gemma implements ModelFamily {

  static final int HEAD_SIZE = 256;

  @Override
  public String modelType() {
    return "gemma";
  }

  @Override
  public Decoder decoder(ModelConfig config) {
    Dimensions sizes = Dimensions.read(config, HEAD_SIZE);
    double epsilon = config.positive("rms_norm_eps", 1e-6);
    boolean bias = config.flag("attention_bias", false);
    config.onlyFlag("use_bidirectional_attention", false, "Bidirectional attention");
    Activation activation = activation(config);
    Rotary rotary = RotaryReader.whole(config, sizes.heads().size(), 10_000).read();
    return decoder(
        config,
        sizes,
        Parts.layers(
            sizes,
            layer ->
                Layer.Sequential.normalisedBefore(
                    norm(layer, "input_layernorm", sizes, epsilon),
                    Parts.attention(
                        layer,
                        sizes,
                        Parts.separate(Parts.layerName(layer), sizes, bias),
                        rotary,
                        bias),
                    norm(layer, "post_attention_layernorm", sizes, epsilon),
                    Parts.gated(
                        Parts.layerName(layer) + ".mlp",
                        sizes.hidden(),
                        sizes.intermediate(),
                        activation,
                        false))),
        epsilon,
        Optional.empty());
  }

  /** Early releases say {@code gelu} and mean the approximation. */
  private static Activation activation(ModelConfig config) {
    config.text("hidden_activation", "");
    Activation given = Parts.activation(config, "hidden_act", "gelu_pytorch_tanh");
    return given == Activation.GELU ? Activation.GELU_TANH : given;
  }

  static Norm norm(int layer, String name, Dimensions sizes, double epsilon) {
    return Norm.RootMeanSquare.aroundOne(
        Parts.layerName(layer) + "." + name, sizes.hidden(), epsilon);
  }

  /** The decoder around the layers of any Gemma. */
  static Decoder decoder(
      ModelConfig config,
      Dimensions sizes,
      java.util.List<Layer> layers,
      double epsilon,
      Optional<Double> softcap) {
    Decoder.Head head = Parts.head(config, sizes, true);
    return new Decoder(
        Parts.embedding(sizes),
        Optional.empty(),
        Math.sqrt(sizes.hidden()),
        layers,
        Norm.RootMeanSquare.aroundOne("model.norm", sizes.hidden(), epsilon),
        new Decoder.Head(head.weight(), head.tied(), Optional.empty(), 1, softcap),
        sizes.maximumLength(),
        "model.");
  }
}
