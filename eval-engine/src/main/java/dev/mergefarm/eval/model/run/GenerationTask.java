package dev.mergefarm.eval.model.run;

import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A context to continue.
 *
 * @param context at least one token; with the new ones no more than the model's length
 * @param maximumTokens at most this many new tokens
 * @param sampler draws the tokens; empty for the most probable one
 * @param rules that change the model's logits before a token is chosen
 * @param stop asked after each new token, with all new ones, whether to end
 */
public record GenerationTask(
    int[] context,
    int maximumTokens,
    Optional<TokenSampler> sampler,
    TokenRules rules,
    Predicate<List<Integer>> stop) {

  /** Without rules. */
  public GenerationTask(
      int[] context,
      int maximumTokens,
      Optional<TokenSampler> sampler,
      Predicate<List<Integer>> stop) {
    this(context, maximumTokens, sampler, TokenRules.NONE, stop);
  }

  public GenerationTask {
    if (context.length == 0 || maximumTokens < 0) {
      throw new IllegalArgumentException(
          "context must not be empty and maximumTokens 0 or more, found %d tokens and %d"
              .formatted(context.length, maximumTokens));
    }
  }
}
