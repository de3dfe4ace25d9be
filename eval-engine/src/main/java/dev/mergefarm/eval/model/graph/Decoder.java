package dev.mergefarm.eval.model.graph;

import dev.mergefarm.eval.torch.Operations;
import dev.mergefarm.eval.torch.TensorScope;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedSet;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A whole decoder-only language model: token ids in, next-token logits out. Immutable and safe for
 * many threads.
 *
 * @param embedding of tokens, [vocabulary, hidden]
 * @param positionEmbedding [positions, hidden], where positions are learned vectors
 * @param embeddingFactor that embeddings are multiplied with
 * @param layers from input to output
 * @param finalNorm of the last layer's output
 * @param maximumLength positions the model was made for
 * @param prefix that some checkpoints leave off the front of names, such as {@code model.}
 */
public record Decoder(
    Parameter embedding,
    Optional<Parameter> positionEmbedding,
    double embeddingFactor,
    List<Layer> layers,
    Norm finalNorm,
    Head head,
    int maximumLength,
    String prefix)
    implements Part {

  /**
   * The step from hidden states to logits.
   *
   * @param weight [vocabulary, hidden]
   * @param tied whether checkpoints may leave the weight out, because it is the embedding
   * @param factor that logits are multiplied with
   * @param softcap limit that logits are bent to; empty for none
   */
  public record Head(
      Parameter weight,
      boolean tied,
      Optional<Parameter> bias,
      double factor,
      Optional<Double> softcap) {}

  public Decoder {
    layers = List.copyOf(layers);
  }

  @Override
  public List<Parameter> parameters() {
    SequencedSet<Parameter> all = new LinkedHashSet<>();
    all.add(embedding);
    positionEmbedding.ifPresent(all::add);
    layers.forEach(layer -> all.addAll(layer.parameters()));
    all.addAll(finalNorm.parameters());
    all.add(head.weight());
    head.bias().ifPresent(all::add);
    return List.copyOf(all);
  }

  public int vocabulary() {
    return Math.toIntExact(embedding.shape().dimension(0));
  }

  public int hiddenSize() {
    return Math.toIntExact(embedding.shape().dimension(1));
  }

  /**
   * The regime of rotary frequencies for a sequence of this length; 0 where length is no matter.
   */
  public int regime(int length) {
    return layers.stream()
        .flatMap(layer -> layer.attention().rotary().stream())
        .mapToInt(rotary -> rotary.frequencies().regime(length))
        .max()
        .orElse(0);
  }

  /**
   * Whether a sequence that grows to this length changes to frequencies that its earlier tokens
   * must be computed with again.
   */
  public boolean switchesAt(int length) {
    return layers.stream()
        .flatMap(layer -> layer.attention().rotary().stream())
        .map(Rotary::frequencies)
        .anyMatch(
            frequencies ->
                frequencies instanceof Frequencies.Switched
                    && frequencies.regime(length) != frequencies.regime(length - 1));
  }

  /** Sees the residual stream on its way. */
  @FunctionalInterface
  public interface StreamObserver {

    /**
     * Called before each layer.
     *
     * @param layer from 0
     * @param stream [batch, tokens, hidden]; valid during the call
     */
    void entering(int layer, Tensor stream);
  }

  /** The residual stream after the last layer, before the final norm: [batch, tokens, hidden]. */
  public Tensor hidden(ForwardPass pass) {
    return hidden(
        pass,
        (_, _) -> {
          // Nobody looks.
        });
  }

  /** As {@link #hidden(ForwardPass)}, with an observer of what enters each layer. */
  public Tensor hidden(ForwardPass pass, StreamObserver observer) {
    try (TensorScope scope = new TensorScope()) {
      prepare(pass);
      Tensor stream = embed(pass);
      for (int layer = 0; layer < layers.size(); layer++) {
        pass.context().cancellation().throwIfCancelled();
        try (Tensor before = stream) {
          observer.entering(layer, before);
          stream = applyAlone(layers.get(layer), before, pass);
        }
      }
      try (Tensor last = stream) {
        return scope.keep(scope.adopt(last));
      }
    }
  }

  /** One layer with its temporaries freed; the caller owns the result. */
  private static Tensor applyAlone(Layer layer, Tensor input, ForwardPass pass) {
    try (TensorScope _ = new TensorScope()) {
      return TensorScope.own(layer.apply(input, pass));
    }
  }

  /** Makes what layers share before any of them opens a scope that would free it. */
  private void prepare(ForwardPass pass) {
    for (Layer layer : layers) {
      Attention attention = layer.attention();
      attention.rotary().ifPresent(pass::rotation);
      if (pass.mask(attention.window()).isEmpty()
          && attention.softcap().isPresent()
          && pass.isCausal(attention.window())) {
        pass.causalMask();
      }
    }
  }

  private Tensor embed(ForwardPass pass) {
    try (TensorScope _ = new TensorScope()) {
      Tensor vectors = torch.embedding(pass.weights().get(embedding), pass.tokens());
      if (positionEmbedding.isPresent()) {
        vectors =
            vectors.add(
                torch.embedding(pass.weights().get(positionEmbedding.get()), pass.positions()));
      }
      if (embeddingFactor != 1) {
        vectors = vectors.mul(rounded(embeddingFactor, vectors));
      }
      return TensorScope.own(vectors);
    }
  }

  /** The factor as the model's own type holds it, as reference implementations round it. */
  private static Tensor rounded(double factor, Tensor like) {
    return torch.full_like(like.flatten().narrow(0, 0, 1), new Scalar(factor));
  }

  /**
   * Logits of chosen positions.
   *
   * @param rows [positions, hidden] of {@link #hidden}
   * @return [positions, vocabulary], float32
   */
  public Tensor logits(Tensor rows, Weights weights) {
    try (TensorScope scope = new TensorScope()) {
      Tensor normal = finalNorm.apply(rows, weights);
      Tensor logits =
          Operations.linear(normal, weights.get(head.weight()), head.bias().map(weights::get));
      if (head.factor() != 1) {
        logits = Operations.multiply(logits, head.factor());
      }
      if (head.softcap().isPresent()) {
        double cap = head.softcap().get();
        logits = Operations.multiply(Operations.multiply(logits, 1 / cap).tanh_(), cap);
      }
      return scope.keep(logits.to(ScalarType.Float));
    }
  }
}
