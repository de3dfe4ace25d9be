package dev.mergefarm.eval.model;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a task asks of generated tokens, beside how they are drawn. What is empty is left to the
 * model's {@code generation_config.json}, as in Hugging Face's {@code generate}.
 *
 * @param repetitionPenalty on tokens that occurred; 1 for none
 * @param repeatedLength no sequence of this many tokens may occur twice; 0 for any
 * @param leastTokens no end before this many tokens, the context's included
 * @param leastNewTokens no end before this many new tokens
 */
public record GenerationRules(
    Optional<Double> repetitionPenalty,
    Optional<Integer> repeatedLength,
    Optional<Integer> leastTokens,
    Optional<Integer> leastNewTokens) {

  /** Nothing but what the model's configuration says. */
  public static final GenerationRules OF_THE_MODEL =
      new GenerationRules(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

  /** What is asked for, under the names of {@code generation_kwargs}. */
  public Map<String, Number> named() {
    Map<String, Number> named = new LinkedHashMap<>();
    repetitionPenalty.ifPresent(value -> named.put("repetition_penalty", value));
    repeatedLength.ifPresent(value -> named.put("no_repeat_ngram_size", value));
    leastTokens.ifPresent(value -> named.put("min_length", value));
    leastNewTokens.ifPresent(value -> named.put("min_new_tokens", value));
    return named;
  }
}
