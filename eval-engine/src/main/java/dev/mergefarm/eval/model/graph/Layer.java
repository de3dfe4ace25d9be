package dev.mergefarm.eval.model.graph;

import dev.mergefarm.eval.torch.Operations;
import dev.mergefarm.eval.torch.TensorScope;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;

/** One layer of the stack: attention and a feed-forward network around a residual stream. */
public sealed interface Layer extends Part {

  Attention attention();

  FeedForward feedForward();

  /** From [batch, tokens, hidden] to the same shape. */
  Tensor apply(Tensor input, ForwardPass pass);

  private static Tensor normalise(Optional<Norm> norm, Tensor input, ForwardPass pass) {
    return norm.isPresent() ? norm.get().apply(input, pass.weights()) : input;
  }

  /**
   * Attention first, then the feed-forward network on its result. Each may be normalised before,
   * after, or both.
   *
   * @param residualFactor that each branch is multiplied with before it is added
   */
  record Sequential(
      Optional<Norm> beforeAttention,
      Attention attention,
      Optional<Norm> afterAttention,
      Optional<Norm> beforeFeedForward,
      FeedForward feedForward,
      Optional<Norm> afterFeedForward,
      double residualFactor)
      implements Layer {

    /** Both branches normalised before, as in Llama. */
    public static Sequential normalisedBefore(
        Norm beforeAttention, Attention attention, Norm beforeFeedForward, FeedForward network) {
      return new Sequential(
          Optional.of(beforeAttention),
          attention,
          Optional.empty(),
          Optional.of(beforeFeedForward),
          network,
          Optional.empty(),
          1);
    }

    @Override
    public List<Parameter> parameters() {
      Stream<Part> norms =
          Stream.of(beforeAttention, afterAttention, beforeFeedForward, afterFeedForward)
              .flatMap(Optional::stream);
      return Stream.concat(norms, Stream.of(attention, feedForward))
          .flatMap(part -> part.parameters().stream())
          .toList();
    }

    @Override
    public Tensor apply(Tensor input, ForwardPass pass) {
      try (TensorScope scope = new TensorScope()) {
        Tensor middle = attended(input, pass);
        return scope.keep(fed(middle, pass));
      }
    }

    private Tensor attended(Tensor input, ForwardPass pass) {
      try (TensorScope scope = new TensorScope()) {
        Tensor branch = attention.apply(normalise(beforeAttention, input, pass), pass);
        return scope.keep(input.add(scaled(normalise(afterAttention, branch, pass))));
      }
    }

    private Tensor fed(Tensor input, ForwardPass pass) {
      try (TensorScope scope = new TensorScope()) {
        Tensor branch =
            feedForward.apply(normalise(beforeFeedForward, input, pass), pass.weights());
        return scope.keep(input.add(scaled(normalise(afterFeedForward, branch, pass))));
      }
    }

    private Tensor scaled(Tensor branch) {
      return residualFactor == 1 ? branch : Operations.multiply(branch, residualFactor);
    }
  }

  /**
   * Attention and the feed-forward network both on the layer's input.
   *
   * @param beforeFeedForward empty where it shares the norm before attention
   */
  record Parallel(
      Norm beforeAttention,
      Optional<Norm> beforeFeedForward,
      Attention attention,
      FeedForward feedForward)
      implements Layer {

    @Override
    public List<Parameter> parameters() {
      Stream<Part> norms = Stream.concat(Stream.of(beforeAttention), beforeFeedForward.stream());
      return Stream.concat(norms, Stream.of(attention, feedForward))
          .flatMap(part -> part.parameters().stream())
          .toList();
    }

    @Override
    public Tensor apply(Tensor input, ForwardPass pass) {
      try (TensorScope scope = new TensorScope()) {
        Tensor normal = beforeAttention.apply(input, pass.weights());
        Tensor attended = attend(normal, pass);
        Tensor other =
            beforeFeedForward.isPresent() ? normalise(beforeFeedForward, input, pass) : normal;
        Tensor fed = feedForward.apply(other, pass.weights());
        return scope.keep(input.add(attended).add_(fed));
      }
    }

    private Tensor attend(Tensor normal, ForwardPass pass) {
      try (TensorScope scope = new TensorScope()) {
        return scope.keep(attention.apply(normal, pass));
      }
    }
  }
}
