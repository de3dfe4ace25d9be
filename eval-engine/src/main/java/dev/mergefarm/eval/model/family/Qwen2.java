package dev.mergefarm.eval.model.family;

import dev.mergefarm.eval.model.graph.Activation;
import dev.mergefarm.eval.model.graph.Decoder;
import dev.mergefarm.eval.model.graph.Layer;
import dev.mergefarm.eval.model.graph.Norm;
import dev.mergefarm.eval.model.graph.Rotary;
import java.util.List;
import java.util.Optional;

/** Qwen 2 and 2.5: Llama with biases on queries, keys and values, and windows on some layers. */
final class Qwen2 implements ModelFamily {

  @Override
  public String modelType() {
    return "qwen2";
  }

  @Override
  public Decoder decoder(ModelConfig config) {
    Dimensions sizes = Dimensions.read(config);
    double epsilon = config.positive("rms_norm_eps", 1e-6);
    Activation activation = Parts.activation(config, "hidden_act", "silu");
    List<Optional<Integer>> windows = windows(config, sizes);
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
                            Parts.separate(Parts.layerName(layer), sizes, true),
                            rotary,
                            false)
                        .withWindow(windows.get(layer)),
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

  /**
   * Each layer's window. Without {@code layer_types}, layers from {@code max_window_layers} on
   * slide, and none where {@code use_sliding_window} is off.
   */
  static List<Optional<Integer>> windows(ModelConfig config, Dimensions sizes) {
    boolean slides = config.flag("use_sliding_window", false);
    // Where nothing slides, configurations say 0 or null.
    Optional<Integer> size =
        config.has("sliding_window") && !slides
            ? Optional.empty()
            : config.nullableCount("sliding_window", 4096).filter(_ -> slides);
    int first = config.number("max_window_layers", 28);
    return Parts.layerTypes(
            config, sizes, layer -> size.isPresent() && layer >= first ? Parts.SLIDING : Parts.FULL)
        .stream()
        .map(type -> size.filter(_ -> type.equals(Parts.SLIDING)))
        .toList();
  }
}
