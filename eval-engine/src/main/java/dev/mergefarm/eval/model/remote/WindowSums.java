package dev.mergefarm.eval.model.remote;

import dev.mergefarm.eval.model.Answers;

/** Adds up the windows of each text and hands a text on with its last. Safe for many threads. */
final class WindowSums {

  private final int[] missing;
  private final double[] sums;
  private final Answers<Double> answers;

  /**
   * @param missing windows of each text; one without any is answered at once
   */
  WindowSums(int[] missing, Answers<Double> answers) {
    this.missing = missing.clone();
    this.sums = new double[missing.length];
    this.answers = answers;
    for (int text = 0; text < missing.length; text++) {
      if (missing[text] == 0) {
        answers.accept(0.0, text);
      }
    }
  }

  synchronized void add(int text, double logLikelihood) {
    sums[text] += logLikelihood;
    missing[text]--;
    if (missing[text] == 0) {
      answers.accept(sums[text], text);
    }
  }
}
