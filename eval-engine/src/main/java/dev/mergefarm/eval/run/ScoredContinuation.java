package dev.mergefarm.eval.run;

import java.util.List;

/** A continuation's score after the filters. */
record ScoredContinuation(double logLikelihood, boolean greedy) {

  static ScoredContinuation of(Object value) {
    if (value instanceof List<?> pair
        && pair.size() == 2
        && pair.get(0) instanceof Double logLikelihood
        && pair.get(1) instanceof Boolean greedy) {
      return new ScoredContinuation(logLikelihood, greedy);
    }
    throw new IllegalArgumentException(
        "expected a log-likelihood and whether it is greedy, found "
            + value
            + "; the filters should end in take_first");
  }
}
