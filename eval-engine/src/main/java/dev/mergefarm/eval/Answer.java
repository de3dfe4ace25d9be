package dev.mergefarm.eval;

/** What a model answered to one request. */
public sealed interface Answer {

  /**
   * To a request for a continuation's likelihood.
   *
   * @param logLikelihood natural logarithm, summed over tokens
   * @param greedy whether greedy decoding would have produced the continuation
   */
  record Continuation(double logLikelihood, boolean greedy) implements Answer {}

  /**
   * To a request for a whole text's likelihood.
   *
   * @param logLikelihood natural logarithm, summed over tokens
   */
  record Whole(double logLikelihood) implements Answer {}

  /** To a request for generated text, without the stop string that ended it. */
  record Text(String text) implements Answer {}
}
