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
import java.util.Optional;

/** GPT-NeoX and Pythia: a part of each head rotated, queries, keys and values in one matrix. */
final class GptNeoX implements ModelFamily {

  private static final String FRONT = "gpt_neox.";

  @Override
  public String modelType() {
    return "gpt_neox";
  }

  @Override
  public Decoder decoder(ModelConfig config) {
    Dimensions sizes = Dimensions.read(config);
    double epsilon = config.positive("layer_norm_eps", 1e-5);
    boolean bias = config.flag("attention_bias", true);
    boolean parallel = config.flag("use_parallel_residual", true);
    Activation activation = Parts.activation(config, "hidden_act", "gelu");
    double share = config.positive("rotary_pct", 0.25);
    double theta = config.positive("rotary_emb_base", 10_000);
    Rotary rotary =
        new RotaryReader(config, sizes.heads().size(), theta, share, true, false).read();
    return new Decoder(
        Parameter.matrix(FRONT + "embed_in.weight", sizes.vocabulary(), sizes.hidden()),
        Optional.empty(),
        1,
        Parts.layers(
            sizes,
            layer -> {
              String name = FRONT + "layers." + layer + ".";
              Norm first = Norm.Layer.of(name + "input_layernorm", sizes.hidden(), epsilon, true);
              Norm second =
                  Norm.Layer.of(name + "post_attention_layernorm", sizes.hidden(), epsilon, true);
              Attention attention = attention(layer, name, sizes, rotary, bias);
              FeedForward network = network(name, sizes, activation);
              return parallel
                  ? new Layer.Parallel(first, Optional.of(second), attention, network)
                  : Layer.Sequential.normalisedBefore(first, attention, second, network);
            }),
        Norm.Layer.of(FRONT + "final_layer_norm", sizes.hidden(), epsilon, true),
        new Decoder.Head(
            Parameter.matrix("embed_out.weight", sizes.vocabulary(), sizes.hidden()),
            config.flag("tie_word_embeddings", false),
            Optional.empty(),
            1,
            Optional.empty()),
        sizes.maximumLength(),
        FRONT);
  }

  private static Attention attention(
      int layer, String name, Dimensions sizes, Rotary rotary, boolean bias) {
    int hidden = sizes.hidden();
    return new Attention(
        layer,
        sizes.heads(),
        new Projection.ByHead(
            Linear.of(name + "attention.query_key_value", hidden, 3L * hidden, bias)),
        Optional.empty(),
        Optional.of(rotary),
        1 / Math.sqrt(sizes.heads().size()),
        Optional.empty(),
        Optional.empty(),
        Linear.of(name + "attention.dense", hidden, hidden, bias));
  }

  private static FeedForward network(String name, Dimensions sizes, Activation activation) {
    return new FeedForward.Plain(
        Linear.of(name + "mlp.dense_h_to_4h", sizes.hidden(), sizes.intermediate(), true),
        Linear.of(name + "mlp.dense_4h_to_h", sizes.intermediate(), sizes.hidden(), true),
        activation);
  }
}
