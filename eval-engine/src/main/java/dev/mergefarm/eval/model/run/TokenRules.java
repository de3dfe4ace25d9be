package dev.mergefarm.eval.model.run;

import java.util.Arrays;
import java.util.Set;

/**
 * Changes a model's logits by what was read and written so far, before a token is chosen. Formulas
 * and order are those of Hugging Face's {@code generate}, in float32.
 *
 * @param repetitionPenalty divides the positive and multiplies the negative logits of tokens that
 *     occurred (Keskar et al. 2019, arXiv 1909.05858); above 0, 1 for none
 * @param repeatedLength no sequence of this many tokens may occur twice; 0 for any
 * @param leastTokens no end before this many tokens, the context's included
 * @param leastNewTokens no end before this many new tokens
 * @param endTokens what ends a text
 */
public record TokenRules(
    double repetitionPenalty,
    int repeatedLength,
    int leastTokens,
    int leastNewTokens,
    Set<Integer> endTokens) {

  /** Changes nothing. */
  public static final TokenRules NONE = new TokenRules(1, 0, 0, 0, Set.of());

  public TokenRules {
    if (!(repetitionPenalty > 0) || repeatedLength < 0 || leastTokens < 0 || leastNewTokens < 0) {
      throw new IllegalArgumentException(
          "repetitionPenalty must be above 0, the rest 0 or more, found %s, %d, %d, %d"
              .formatted(repetitionPenalty, repeatedLength, leastTokens, leastNewTokens));
    }
    endTokens = Set.copyOf(endTokens);
  }

  /** Whether anything is changed at all. */
  boolean any() {
    return repetitionPenalty != 1 || repeatedLength > 0 || leastTokens > 0 || leastNewTokens > 0;
  }

  /**
   * Changes the logits of the next token.
   *
   * @param tokens of the context, then the new ones
   * @param newTokens how many of them are new
   */
  void apply(float[] logits, int[] tokens, int newTokens) {
    if (repetitionPenalty != 1) {
      penalise(logits, tokens);
    }
    if (repeatedLength > 0 && tokens.length + 1 >= repeatedLength) {
      forbidRepeated(logits, tokens);
    }
    if (tokens.length < leastTokens || newTokens < leastNewTokens) {
      endTokens.stream()
          .filter(token -> token < logits.length)
          .forEach(token -> logits[token] = Float.NEGATIVE_INFINITY);
    }
  }

  /** Once for each token that occurred, however often it did. */
  private void penalise(float[] logits, int[] tokens) {
    float penalty = (float) repetitionPenalty;
    Arrays.stream(tokens)
        .distinct()
        .forEach(
            token ->
                logits[token] =
                    logits[token] < 0 ? logits[token] * penalty : logits[token] / penalty);
  }

  private void forbidRepeated(float[] logits, int[] tokens) {
    int before = repeatedLength - 1;
    int end = tokens.length - before;
    for (int start = 0; start < end; start++) {
      if (Arrays.equals(tokens, start, start + before, tokens, end, tokens.length)) {
        logits[tokens[start + before]] = Float.NEGATIVE_INFINITY;
      }
    }
  }

  /** The place of the largest value, the first of several. */
  static int largest(float[] logits) {
    int best = 0;
    for (int i = 1; i < logits.length; i++) {
      best = logits[i] > logits[best] ? i : best;
    }
    return best;
  }
}
