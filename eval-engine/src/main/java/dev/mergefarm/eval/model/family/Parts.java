package dev.mergefarm.eval.model.family;

import dev.mergefarm.eval.model.graph.Activation;
import dev.mergefarm.eval.model.graph.Attention;
import dev.mergefarm.eval.model.graph.Decoder;
import dev.mergefarm.eval.model.graph.FeedForward;
import dev.mergefarm.eval.model.graph.Layer;
import dev.mergefarm.eval.model.graph.Linear;
import dev.mergefarm.eval.model.graph.Norm;
import dev.mergefarm.eval.model.graph.Parameter;
import dev.mergefarm.eval.model.graph.Projection;
import dev.mergefarm.eval.model.graph.Rotary;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** What families that descend from Llama have in common, with the weight names they share. */
final class Parts {

  /** Layer types in {@code layer_types}. */
  static final String SLIDING = "sliding_attention";

  static final String FULL = "full_attention";

  private Parts() {}

  /** The front of a layer's weight names. */
  static String layerName(int layer) {
    return "model.layers." + layer;
  }

  /** Three projections {@code self_attn.q_proj}, {@code k_proj} and {@code v_proj}. */
  static Projection separate(String layer, Dimensions sizes, boolean bias) {
    String name = layer + ".self_attn.";
    return new Projection.Separate(
        Linear.of(name + "q_proj", sizes.hidden(), sizes.queryWidth(), bias),
        Linear.of(name + "k_proj", sizes.hidden(), sizes.keyWidth(), bias),
        Linear.of(name + "v_proj", sizes.hidden(), sizes.keyWidth(), bias));
  }

  /** Attention with plain rotary positions and the usual scale. */
  static Attention attention(
      int layer, Dimensions sizes, Projection projection, Rotary rotary, boolean outputBias) {
    return new Attention(
        layer,
        sizes.heads(),
        projection,
        Optional.empty(),
        Optional.of(rotary),
        1 / Math.sqrt(sizes.heads().size()),
        Optional.empty(),
        Optional.empty(),
        output(layer, sizes, outputBias));
  }

  static Linear output(int layer, Dimensions sizes, boolean bias) {
    return Linear.of(
        layerName(layer) + ".self_attn.o_proj", sizes.queryWidth(), sizes.hidden(), bias);
  }

  /** The feed-forward network {@code mlp.gate_proj}, {@code up_proj} and {@code down_proj}. */
  static FeedForward.Gated gated(
      String name, int hidden, int intermediate, Activation activation, boolean bias) {
    return new FeedForward.Gated(
        Linear.of(name + ".gate_proj", hidden, intermediate, bias),
        Linear.of(name + ".up_proj", hidden, intermediate, bias),
        Linear.of(name + ".down_proj", intermediate, hidden, bias),
        activation);
  }

  /** A layer's norm as Llama has it. */
  static Norm rootMeanSquare(int layer, String name, Dimensions sizes, double epsilon) {
    return Norm.RootMeanSquare.plain(layerName(layer) + "." + name, sizes.hidden(), epsilon);
  }

  /** The activation that a key names. */
  static Activation activation(ModelConfig config, String key, String otherwise) {
    String name = config.text(key, otherwise);
    return Activation.named(name)
        .orElseGet(
            () -> {
              config.refuse(
                  key,
                  "The activation '%s' is not known; known are %s."
                      .formatted(name, Activation.allNames()));
              return Activation.SILU;
            });
  }

  /** All layers. */
  static List<Layer> layers(Dimensions sizes, IntFunction<Layer> layer) {
    return IntStream.range(0, sizes.layers()).mapToObj(layer).toList();
  }

  /** The types of all layers, checked against the known ones. */
  static List<String> layerTypes(
      ModelConfig config, Dimensions sizes, IntFunction<String> otherwise) {
    Optional<List<String>> given = config.texts("layer_types");
    if (given.isEmpty()) {
      return IntStream.range(0, sizes.layers()).mapToObj(otherwise).toList();
    }
    List<String> types = given.get();
    List<String> unknown =
        types.stream().filter(type -> !type.equals(SLIDING) && !type.equals(FULL)).toList();
    if (!unknown.isEmpty()) {
      config.refuse(
          "layer_types",
          "The layer type '%s' is not known; known are %s and %s."
              .formatted(unknown.getFirst(), FULL, SLIDING));
    }
    if (types.size() != sizes.layers()) {
      config.refuse(
          "layer_types",
          "%d layer types are given for %d layers.".formatted(types.size(), sizes.layers()));
      return IntStream.range(0, sizes.layers()).mapToObj(otherwise).toList();
    }
    return types;
  }

  /** A decoder with the usual names around its layers. */
  static Decoder decoder(
      ModelConfig config, Dimensions sizes, List<Layer> layers, Norm finalNorm, boolean tied) {
    return new Decoder(
        embedding(sizes),
        Optional.empty(),
        1,
        layers,
        finalNorm,
        head(config, sizes, tied),
        sizes.maximumLength(),
        "model.");
  }

  static Parameter embedding(Dimensions sizes) {
    return Parameter.matrix("model.embed_tokens.weight", sizes.vocabulary(), sizes.hidden());
  }

  /** The head {@code lm_head}, tied where the configuration says so or says nothing and tied is. */
  static Decoder.Head head(ModelConfig config, Dimensions sizes, boolean tied) {
    return new Decoder.Head(
        Parameter.matrix("lm_head.weight", sizes.vocabulary(), sizes.hidden()),
        config.flag("tie_word_embeddings", tied),
        Optional.empty(),
        1,
        Optional.empty());
  }
}
