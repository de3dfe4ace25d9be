package dev.mergefarm.eval.model.run;

/**
 * A continuation to score, in tokens.
 *
 * @param context at least one
 * @param continuation at least one, and no more than the model's length
 */
public record TokenizedRequest(int[] context, int[] continuation) {

  public TokenizedRequest {
    if (context.length == 0 || continuation.length == 0) {
      throw new IllegalArgumentException(
          "context and continuation must not be empty, found %d and %d tokens"
              .formatted(context.length, continuation.length));
    }
  }

  /** Whether tokens of the context are cut off because all do not fit the model. */
  public boolean isCut(int maximumLength) {
    return context.length + continuation.length > maximumLength + 1;
  }

  /**
   * What the model reads: the last tokens that fit, without the very last one, which is only
   * predicted.
   */
  int[] input(int maximumLength) {
    int total = context.length + continuation.length;
    int start = Math.max(0, total - (maximumLength + 1));
    int[] input = new int[total - 1 - start];
    for (int i = 0; i < input.length; i++) {
      int place = start + i;
      input[i] = place < context.length ? context[place] : continuation[place - context.length];
    }
    return input;
  }
}
