package dev.mergefarm.eval.model;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problem;
import dev.mergefarm.common.Problems;
import dev.mergefarm.common.Progress;
import dev.mergefarm.eval.model.run.LayerInputs;
import dev.mergefarm.storage.model.Model;
import java.util.List;

/**
 * Looks at the hidden states that a model makes of prompts. One caller at a time; owns the weights
 * until closed.
 */
public final class PromptProbe implements AutoCloseable {

  private final TokenModel model;
  private final PromptTokens tokens;
  private final List<Problem> warnings;

  private PromptProbe(TokenModel model, PromptTokens tokens, List<Problem> warnings) {
    this.model = model;
    this.tokens = tokens;
    this.warnings = List.copyOf(warnings);
  }

  /** Loads a model with its tokenizer, as {@link ModelLoader} does. */
  public static PromptProbe load(
      Model model, ModelOptions options, Progress.Listener progress, Cancellation cancellation) {
    Problems problems = new Problems();
    PromptTokens tokens = PromptTokens.load(model);
    try {
      TokenModel loaded = TokenModel.load(model, options, problems, progress, cancellation);
      return new PromptProbe(loaded, tokens, problems.warnings());
    } catch (RuntimeException failure) {
      tokens.close();
      throw failure;
    }
  }

  /** What was odd about the model, but did not stop it from loading. */
  public List<Problem> warnings() {
    return warnings;
  }

  /** The states that enter each layer at the prompt's last token, [layers][hidden]. */
  public float[][] atLastToken(String prompt, Cancellation cancellation) {
    return new LayerInputs(model.runner(cancellation)).atLastToken(tokensOf(prompt));
  }

  /** The mean over the prompt's tokens of the states that enter each layer, [layers][hidden]. */
  public float[][] meanOverTokens(String prompt, Cancellation cancellation) {
    return new LayerInputs(model.runner(cancellation)).meanOverTokens(tokensOf(prompt));
  }

  private int[] tokensOf(String prompt) {
    int[] ids = tokens.of(prompt);
    int longest = model.options().maximumLength().orElse(model.decoder().maximumLength());
    if (ids.length > longest) {
      throw new MergefarmException(
          ErrorCode.INVALID_VALUE,
          "A prompt has %d tokens, more than the model's %d.".formatted(ids.length, longest));
    }
    return ids;
  }

  @Override
  public void close() {
    model.close();
    tokens.close();
  }
}
