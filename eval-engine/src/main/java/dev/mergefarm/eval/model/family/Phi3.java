package dev.mergefarm.eval.model.family;

import dev.mergefarm.eval.model.graph.Activation;
import dev.mergefarm.eval.model.graph.Decoder;
import dev.mergefarm.eval.model.graph.FeedForward;
import dev.mergefarm.eval.model.graph.Layer;
import dev.mergefarm.eval.model.graph.Linear;
import dev.mergefarm.eval.model.graph.Norm;
import dev.mergefarm.eval.model.graph.Projection;
import dev.mergefarm.eval.model.graph.Rotary;
import java.util.Optional;

/** Phi 3 and 4: Llama with joined matrices, windows, and LongRoPE in the long-context models. */
final class Phi3 implements ModelFamily {

  @Override
  public String modelType() {
    return "phi3";
  }

  @Override
  public Decoder decoder(ModelConfig config) {
    Dimensions sizes = Dimensions.read(config);
    double epsilon = config.positive("rms_norm_eps", 1e-5);
    Activation activation = Parts.activation(config, "hidden_act", "silu");
    Optional<Integer> window = config.optionalCount("sliding_window");
    Rotary rotary = rotary(config, sizes);
    return Parts.decoder(
        config,
        sizes,
        Parts.layers(
            sizes,
            layer ->
                Layer.Sequential.normalisedBefore(
                    Parts.rootMeanSquare(layer, "input_layernorm", sizes, epsilon),
                    Parts.attention(layer, sizes, projection(layer, sizes), rotary, false)
                        .withWindow(window),
                    Parts.rootMeanSquare(layer, "post_attention_layernorm", sizes, epsilon),
                    network(layer, sizes, activation))),
        Norm.RootMeanSquare.plain("model.norm", sizes.hidden(), epsilon),
        false);
  }

  /** Early releases call LongRoPE {@code su} or {@code yarn}. */
  private static Rotary rotary(ModelConfig config, Dimensions sizes) {
    config.count("original_max_position_embeddings", 4096);
    return RotaryReader.partial(config, sizes.heads().size(), 1)
        .withLongRopeForYarn()
        .withTrainedLength(4096)
        .read();
  }

  private static Projection projection(int layer, Dimensions sizes) {
    return new Projection.Joined(
        Linear.of(
            Parts.layerName(layer) + ".self_attn.qkv_proj",
            sizes.hidden(),
            sizes.queryWidth() + 2 * sizes.keyWidth(),
            false));
  }

  private static FeedForward network(int layer, Dimensions sizes, Activation activation) {
    String name = Parts.layerName(layer) + ".mlp.";
    return new FeedForward.GatedJoined(
        Linear.of(name + "gate_up_proj", sizes.hidden(), 2L * sizes.intermediate(), false),
        Linear.of(name + "down_proj", sizes.intermediate(), sizes.hidden(), false),
        activation);
  }
}
