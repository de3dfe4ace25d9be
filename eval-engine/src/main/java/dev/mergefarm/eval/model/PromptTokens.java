package dev.mergefarm.eval.model;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.eval.tokenizer.HuggingFaceTextTokenizer;
import dev.mergefarm.eval.tokenizer.TextTokenizer;
import dev.mergefarm.storage.model.Model;

/**
 * The tokens of prompts for a mixture's gates: those of the beginning token's text, where there is
 * one, and the prompt's text; nothing else is added. Safe for many threads.
 */
public final class PromptTokens implements AutoCloseable {

  private final TextTokenizer tokenizer;
  private final String beginning;

  private PromptTokens(TextTokenizer tokenizer) {
    this.tokenizer = tokenizer;
    this.beginning = tokenizer.beginToken().map(TextTokenizer.SpecialToken::text).orElse("");
  }

  /**
   * Loads a model's tokenizer.
   *
   * @throws MergefarmException with {@code MODEL_INCOMPLETE} when it has none, or {@code
   *     MALFORMED_JSON}
   */
  public static PromptTokens load(Model model) {
    return new PromptTokens(HuggingFaceTextTokenizer.load(model));
  }

  /**
   * The tokens of a prompt, at least one.
   *
   * @throws MergefarmException with {@code INVALID_VALUE} when it has none
   */
  public int[] of(String prompt) {
    int[] tokens = tokenizer.encode(beginning + prompt, false);
    if (tokens.length == 0) {
      throw new MergefarmException(
          ErrorCode.INVALID_VALUE, "The prompt '" + prompt + "' has no tokens.");
    }
    return tokens;
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
