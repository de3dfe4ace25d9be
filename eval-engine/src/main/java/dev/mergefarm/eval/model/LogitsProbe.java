package dev.mergefarm.eval.model;

import dev.mergefarm.common.Cancellation;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problem;
import dev.mergefarm.common.Problems;
import dev.mergefarm.common.Progress;
import dev.mergefarm.eval.model.run.SingleSequence;
import dev.mergefarm.storage.model.Model;
import java.util.List;

/**
 * Looks at what a model makes of token ids, without a tokenizer: for comparing with other engines.
 * One caller at a time; owns the weights until closed.
 */
public final class LogitsProbe implements AutoCloseable {

  private final TokenModel model;
  private final List<Problem> warnings;

  private LogitsProbe(TokenModel model, List<Problem> warnings) {
    this.model = model;
    this.warnings = List.copyOf(warnings);
  }

  /** Loads a model, as {@link ModelLoader} does, but does not ask for a tokenizer. */
  public static LogitsProbe load(
      Model model, ModelOptions options, Progress.Listener progress, Cancellation cancellation) {
    Problems problems = new Problems();
    TokenModel loaded = TokenModel.load(model, options, problems, progress, cancellation);
    return new LogitsProbe(loaded, problems.warnings());
  }

  /** What was odd about the model, but did not stop it from loading. */
  public List<Problem> warnings() {
    return warnings;
  }

  /** How many tokens the model knows. */
  public int vocabulary() {
    return model.decoder().vocabulary();
  }

  /**
   * The logits of the next token after each position: one row per token, one column per entry of
   * the vocabulary.
   *
   * @param tokens at least one, each from 0 to the vocabulary's size - 1
   */
  public float[][] logits(int[] tokens) {
    check(tokens);
    return new SingleSequence(model.runner(Cancellation.NEVER)).logits(tokens);
  }

  /** The natural logarithms of the probabilities of the next token after each position. */
  public double[][] logProbabilities(int[] tokens) {
    float[][] logits = logits(tokens);
    double[][] result = new double[logits.length][];
    for (int row = 0; row < logits.length; row++) {
      result[row] = normalised(logits[row]);
    }
    return result;
  }

  private static double[] normalised(float[] logits) {
    double largest = Double.NEGATIVE_INFINITY;
    for (float logit : logits) {
      largest = Math.max(largest, logit);
    }
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp(logit - largest);
    }
    double logSum = largest + Math.log(sum);
    double[] result = new double[logits.length];
    for (int i = 0; i < logits.length; i++) {
      result[i] = logits[i] - logSum;
    }
    return result;
  }

  /**
   * The most probable next token, again and again, without stopping at an end token.
   *
   * @param count new tokens, 0 or more
   */
  public int[] continueGreedily(int[] tokens, int count) {
    check(tokens);
    if (count < 0) {
      throw new IllegalArgumentException("count must be 0 or more, found " + count);
    }
    return new SingleSequence(model.runner(Cancellation.NEVER)).continueGreedily(tokens, count);
  }

  private void check(int[] tokens) {
    if (tokens.length == 0) {
      throw new MergefarmException(ErrorCode.INVALID_VALUE, "At least one token is needed.");
    }
    for (int token : tokens) {
      if (token < 0 || token >= vocabulary()) {
        throw new MergefarmException(
            ErrorCode.INVALID_VALUE,
            "A token must be from 0 to %d, found %d.".formatted(vocabulary() - 1, token));
      }
    }
  }

  @Override
  public void close() {
    model.close();
  }
}
