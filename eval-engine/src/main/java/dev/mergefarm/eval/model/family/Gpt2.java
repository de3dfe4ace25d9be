package dev.mergefarm.eval.model.family;

import dev.mergefarm.eval.model.graph.Activation;
import dev.mergefarm.eval.model.graph.Attention;
import dev.mergefarm.eval.model.graph.Decoder;
import dev.mergefarm.eval.model.graph.FeedForward;
import dev.mergefarm.eval.model.graph.HeadLayout;
import dev.mergefarm.eval.model.graph.Layer;
import dev.mergefarm.eval.model.graph.Linear;
import dev.mergefarm.eval.model.graph.Norm;
import dev.mergefarm.eval.model.graph.Parameter;
import dev.mergefarm.eval.model.graph.Projection;
import java.util.Optional;

/** GPT-2: learned positions, layer norms with biases, matrices stored the other way round. */
final class Gpt2 implements ModelFamily {

  private static final String FRONT = "transformer.";

  @Override
  public String modelType() {
    return "gpt2";
  }

  @Override
  public Decoder decoder(ModelConfig config) {
    int hidden = config.count("n_embd", 768);
    int heads = config.count("n_head", 12);
    int positions = config.count("n_positions", 1024);
    config.number("n_ctx", 0);
    HeadLayout layout = layout(config, hidden, heads);
    Dimensions sizes =
        new Dimensions(
            hidden,
            config.count("n_layer", 12),
            layout,
            config.count("n_inner", 4 * hidden),
            config.count("vocab_size"),
            positions);
    double epsilon = config.positive("layer_norm_epsilon", 1e-5);
    Activation activation = Parts.activation(config, "activation_function", "gelu_new");
    double scale = config.flag("scale_attn_weights", true) ? 1 / Math.sqrt(layout.size()) : 1;
    boolean byDepth = config.flag("scale_attn_by_inverse_layer_idx", false);
    Parameter embedding =
        Parameter.matrix(FRONT + "wte.weight", sizes.vocabulary(), sizes.hidden());
    return new Decoder(
        embedding,
        Optional.of(Parameter.matrix(FRONT + "wpe.weight", positions, hidden)),
        1,
        Parts.layers(
            sizes,
            layer ->
                layer(layer, sizes, byDepth ? scale / (layer + 1) : scale, activation, epsilon)),
        Norm.Layer.of(FRONT + "ln_f", hidden, epsilon, true),
        Parts.head(config, sizes, true),
        positions,
        FRONT);
  }

  private static HeadLayout layout(ModelConfig config, int hidden, int heads) {
    if (hidden % heads != 0) {
      config.refuse(
          "n_head",
          "The hidden size %d cannot be shared out among %d heads.".formatted(hidden, heads));
    }
    return new HeadLayout(heads, heads, Math.max(1, hidden / heads));
  }

  private static Layer layer(
      int layer, Dimensions sizes, double scale, Activation activation, double epsilon) {
    String name = FRONT + "h." + layer + ".";
    int hidden = sizes.hidden();
    Attention attention =
        new Attention(
            layer,
            sizes.heads(),
            new Projection.Joined(Linear.transposed(name + "attn.c_attn", hidden, 3L * hidden)),
            Optional.empty(),
            Optional.empty(),
            scale,
            Optional.empty(),
            Optional.empty(),
            Linear.transposed(name + "attn.c_proj", hidden, hidden));
    FeedForward network =
        new FeedForward.Plain(
            Linear.transposed(name + "mlp.c_fc", hidden, sizes.intermediate()),
            Linear.transposed(name + "mlp.c_proj", sizes.intermediate(), hidden),
            activation);
    return Layer.Sequential.normalisedBefore(
        Norm.Layer.of(name + "ln_1", hidden, epsilon, true),
        attention,
        Norm.Layer.of(name + "ln_2", hidden, epsilon, true),
        network);
  }
}
