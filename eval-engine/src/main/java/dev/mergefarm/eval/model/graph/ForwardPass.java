package dev.mergefarm.eval.model.graph;

import dev.mergefarm.eval.torch.Operations;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * What the layers of one forward pass share: the inputs, and what is computed from them once.
 * Confined to one thread; its tensors belong to the scope that was open when it was made, so layers
 * ask for shared values before they open scopes of their own.
 */
public final class ForwardPass {

  private static final int NO_WINDOW = Integer.MAX_VALUE;

  private final ComputeContext context;
  private final Input input;
  private final Map<Rotary, Rotary.Rotation> rotations = new IdentityHashMap<>();
  private final Map<Integer, Tensor> masks = new HashMap<>();

  /**
   * The tokens of a pass.
   *
   * @param tokens [batch, tokens], 64-bit integers
   * @param positions [batch or 1, tokens], 64-bit integers
   * @param regime of the rotary frequencies, which all sequences of the batch share
   */
  public record Input(
      Tensor tokens, Tensor positions, int regime, Visibility visibility, KeyValueMemory memory) {}

  public ForwardPass(ComputeContext context, Input input) {
    this.context = context;
    this.input = input;
  }

  ComputeContext context() {
    return context;
  }

  Weights weights() {
    return context.weights();
  }

  Tensor tokens() {
    return input.tokens();
  }

  Tensor positions() {
    return input.positions();
  }

  KeyValueMemory memory() {
    return input.memory();
  }

  Rotary.Rotation rotation(Rotary rotary) {
    return rotations.computeIfAbsent(
        rotary,
        key ->
            key.rotation(
                context.device(), input.positions(), input.regime(), context.type().scalarType()));
  }

  /** Whether the causal rule alone says what is seen. */
  boolean isCausal(Optional<Integer> window) {
    return input.visibility().isCausal() && fits(window);
  }

  /**
   * The mask to add to the scores, [batch or 1, 1, queries, keys]; empty where the causal rule says
   * it all or everything is seen.
   */
  Optional<Tensor> mask(Optional<Integer> window) {
    if (fits(window) && (input.visibility().isCausal() || input.visibility().isComplete())) {
      return Optional.empty();
    }
    int effective = fits(window) ? NO_WINDOW : window.orElseThrow();
    return Optional.of(masks.computeIfAbsent(effective, this::makeMask));
  }

  /** The causal rule as a mask, for kernels that do not know the rule. */
  Tensor causalMask() {
    return masks.computeIfAbsent(NO_WINDOW, this::makeMask);
  }

  private boolean fits(Optional<Integer> window) {
    return window.isEmpty() || input.visibility().reach() < window.get();
  }

  private Tensor makeMask(int window) {
    int size =
        Math.multiplyExact(
            input.visibility().rows() * input.visibility().queries(), input.visibility().keys());
    float[] values = new float[size];
    input.visibility().fill(values, window);
    return Operations.numbers(
            context.device(),
            values,
            input.visibility().rows(),
            1,
            input.visibility().queries(),
            input.visibility().keys())
        .to(context.attentionType());
  }
}
