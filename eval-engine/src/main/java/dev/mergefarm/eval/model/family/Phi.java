package dev.mergefarm.eval.model.family;

import dev.mergefarm.eval.model.graph.Activation;
import dev.mergefarm.eval.model.graph.Attention;
import dev.mergefarm.eval.model.graph.Decoder;
import dev.mergefarm.eval.model.graph.FeedForward;
import dev.mergefarm.eval.model.graph.Layer;
import dev.mergefarm.eval.model.graph.Linear;
import dev.mergefarm.eval.model.graph.Norm;
import dev.mergefarm.eval.model.graph.Parameter;
import dev.mergefarm.eval.model.graph.Rotary;
import java.util.Optional;

/** Phi 1 and 2: attention and network side by side after one norm, biases everywhere. */
final class Phi implements ModelFamily {

  @Override
  public String modelType() {
    return "phi";
  }

  @Override
  public Decoder decoder(ModelConfig config) {
    Dimensions sizes = Dimensions.read(config);
    double epsilon = config.positive("layer_norm_eps", 1e-5);
    boolean normalised = config.flag("qk_layernorm", false);
    Activation activation = Parts.activation(config, "hidden_act", "gelu_new");
    Rotary rotary = RotaryReader.partial(config, sizes.heads().size(), 0.5).read();
    Decoder.Head head = Parts.head(config, sizes, false);
    return new Decoder(
        Parts.embedding(sizes),
        Optional.empty(),
        1,
        Parts.layers(
            sizes,
            layer ->
                new Layer.Parallel(
                    Norm.Layer.of(
                        Parts.layerName(layer) + ".input_layernorm", sizes.hidden(), epsilon, true),
                    Optional.empty(),
                    attention(layer, sizes, rotary, normalised, epsilon),
                    network(layer, sizes, activation))),
        Norm.Layer.of("model.final_layernorm", sizes.hidden(), epsilon, true),
        new Decoder.Head(
            head.weight(),
            head.tied(),
            Optional.of(
                new Parameter(
                    "lm_head.bias", dev.mergefarm.storage.tensor.Shape.of(sizes.vocabulary()))),
            1,
            Optional.empty()),
        sizes.maximumLength(),
        "model.");
  }

  private static Attention attention(
      int layer, Dimensions sizes, Rotary rotary, boolean normalised, double epsilon) {
    String name = Parts.layerName(layer) + ".self_attn.";
    int size = sizes.heads().size();
    Attention attention =
        new Attention(
            layer,
            sizes.heads(),
            Parts.separate(Parts.layerName(layer), sizes, true),
            Optional.empty(),
            Optional.of(rotary),
            1 / Math.sqrt(size),
            Optional.empty(),
            Optional.empty(),
            Linear.of(name + "dense", sizes.queryWidth(), sizes.hidden(), true));
    return normalised
        ? attention.withNorms(
            new Attention.QueryKeyNorms(
                Norm.Layer.of(name + "q_layernorm", size, epsilon, true),
                Norm.Layer.of(name + "k_layernorm", size, epsilon, true),
                true))
        : attention;
  }

  private static FeedForward network(int layer, Dimensions sizes, Activation activation) {
    String name = Parts.layerName(layer) + ".mlp.";
    return new FeedForward.Plain(
        Linear.of(name + "fc1", sizes.hidden(), sizes.intermediate(), true),
        Linear.of(name + "fc2", sizes.intermediate(), sizes.hidden(), true),
        activation);
  }
}
