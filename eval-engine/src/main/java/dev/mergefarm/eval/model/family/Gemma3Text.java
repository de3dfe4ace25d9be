package dev.mergefarm.eval.model.family;

import dev.mergefarm.eval.model.graph.Activation;
import dev.mergefarm.eval.model.graph.Attention;
import dev.mergefarm.eval.model.graph.Decoder;
import dev.mergefarm.eval.model.graph.Layer;
import dev.mergefarm.eval.model.graph.Norm;
import dev.mergefarm.eval.model.graph.Rotary;
import java.util.List;
import java.util.Optional;

/**
 * Gemma 3's text models: Gemma 2 with normalised queries and keys instead of softcaps, and a rotary
 * base of its own for the layers with windows.
 */
final class Gemma3Text implements ModelFamily {

  private static final double FULL_THETA = 1_000_000;
  private static final double SLIDING_THETA = 10_000;

  /** One layer in so many sees everything. */
  private static final int PATTERN = 6;

  @Override
  public String modelType() {
    return "gemma3_text";
  }

  @Override
  public Decoder decoder(ModelConfig config) {
    Dimensions sizes = Dimensions.read(config, Gemma.HEAD_SIZE);
    double epsilon = config.positive("rms_norm_eps", 1e-6);
    config.onlyFlag("use_bidirectional_attention", false, "Bidirectional attention");
    config.text("hidden_act", "");
    Activation activation = Parts.activation(config, "hidden_activation", "gelu_pytorch_tanh");
    if (config.optionalReal("attn_logit_softcapping").isPresent()) {
      config.warn(
          "attn_logit_softcapping", "Gemma 3 has no softcap on attention; the key has no effect.");
    }
    Optional<Double> logitCap = config.optionalReal("final_logit_softcapping");
    return Gemma.decoder(
        config, sizes, layers(config, sizes, activation, epsilon), epsilon, logitCap);
  }

  private static List<Layer> layers(
      ModelConfig config, Dimensions sizes, Activation activation, double epsilon) {
    boolean bias = config.flag("attention_bias", false);
    double scale = 1 / Math.sqrt(config.positive("query_pre_attn_scalar", 256));
    Optional<Integer> window = config.nullableCount("sliding_window", 4096);
    config.number("_sliding_window_pattern", PATTERN);
    int pattern = config.count("sliding_window_pattern", PATTERN);
    List<String> types =
        Parts.layerTypes(
            config, sizes, layer -> (layer + 1) % pattern == 0 ? Parts.FULL : Parts.SLIDING);
    Rotary full = rotary(config, sizes, Parts.FULL, "rope_theta", FULL_THETA);
    Rotary sliding = rotary(config, sizes, Parts.SLIDING, "rope_local_base_freq", SLIDING_THETA);
    return Parts.layers(
        sizes,
        layer -> {
          boolean slides = types.get(layer).equals(Parts.SLIDING);
          return Gemma2.layer(
              layer,
              sizes,
              attention(layer, sizes, slides ? sliding : full, bias, epsilon)
                  .withScale(scale)
                  .withWindow(window.filter(_ -> slides)),
              Parts.gated(
                  Parts.layerName(layer) + ".mlp",
                  sizes.hidden(),
                  sizes.intermediate(),
                  activation,
                  false),
              epsilon);
        });
  }

  private static Attention attention(
      int layer, Dimensions sizes, Rotary rotary, boolean bias, double epsilon) {
    String name = Parts.layerName(layer) + ".self_attn.";
    int size = sizes.heads().size();
    return Parts.attention(
            layer, sizes, Parts.separate(Parts.layerName(layer), sizes, bias), rotary, bias)
        .withNorms(
            new Attention.QueryKeyNorms(
                Norm.RootMeanSquare.aroundOne(name + "q_norm", size, epsilon),
                Norm.RootMeanSquare.aroundOne(name + "k_norm", size, epsilon),
                true));
  }

  /**
   * The settings of one type of layer: inside {@code rope_parameters} by type, or in the old layout
   * a base for each type, where {@code rope_scaling} is for the layers that see everything.
   */
  private static Rotary rotary(
      ModelConfig config, Dimensions sizes, String type, String thetaKey, double otherwise) {
    RotaryReader reader = RotaryReader.whole(config, sizes.heads().size(), otherwise);
    double theta = config.positive(thetaKey, otherwise);
    if (config.has("rope_scaling")) {
      return type.equals(Parts.FULL)
          ? reader.read(config.object("rope_scaling"), theta)
          : reader.plain(theta);
    }
    return reader.read(config.object("rope_parameters").object(type), theta);
  }
}
