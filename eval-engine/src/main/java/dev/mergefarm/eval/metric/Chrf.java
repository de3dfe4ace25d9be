package dev.mergefarm.eval.metric;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * chrF (Popović 2015) as sacrebleu computes it by default: character 1- to 6-grams without
 * whitespace, no word n-grams, beta 2, 0 to 100.
 */
final class Chrf {

  private static final int ORDER = 6;
  private static final double BETA_SQUARED = 4;

  private Chrf() {}

  static double corpus(List<?> values) {
    long[] sums = new long[3 * ORDER];
    for (Translation document : Translation.of(values)) {
      long[] best = best(document);
      for (int i = 0; i < sums.length; i++) {
        sums[i] += best[i];
      }
    }
    return score(sums);
  }

  /** The counts against the reference that scores best. */
  private static long[] best(Translation document) {
    long[] best = new long[3 * ORDER];
    double bestScore = -1;
    List<Map<List<String>, Integer>> prediction = ngrams(document.prediction());
    for (String reference : document.references()) {
      long[] counts = counts(prediction, ngrams(reference));
      double score = score(counts);
      if (score > bestScore) {
        bestScore = score;
        best = counts;
      }
    }
    return best;
  }

  private static List<Map<List<String>, Integer>> ngrams(String text) {
    List<String> characters =
        Translation.withoutWhitespace(text).codePoints().mapToObj(Character::toString).toList();
    List<Map<List<String>, Integer>> result = new ArrayList<>();
    for (int n = 1; n <= ORDER; n++) {
      result.add(Translation.ngrams(characters, n));
    }
    return result;
  }

  /** For each order: n-grams of the prediction, of the reference, and in both. */
  private static long[] counts(
      List<Map<List<String>, Integer>> prediction, List<Map<List<String>, Integer>> reference) {
    long[] result = new long[3 * ORDER];
    for (int n = 0; n < ORDER; n++) {
      Map<List<String>, Integer> allowed = reference.get(n);
      for (var entry : prediction.get(n).entrySet()) {
        result[3 * n] += allowed.isEmpty() ? 0 : entry.getValue();
        result[3 * n + 2] += Math.min(entry.getValue(), allowed.getOrDefault(entry.getKey(), 0));
      }
      result[3 * n + 1] = allowed.values().stream().mapToLong(Integer::longValue).sum();
    }
    return result;
  }

  private static double score(long[] counts) {
    double precision = 0;
    double recall = 0;
    int orders = 0;
    for (int n = 0; n < ORDER; n++) {
      long predicted = counts[3 * n];
      long expected = counts[3 * n + 1];
      if (predicted > 0 && expected > 0) {
        precision += (double) counts[3 * n + 2] / predicted;
        recall += (double) counts[3 * n + 2] / expected;
        orders++;
      }
    }
    if (orders == 0 || precision + recall == 0) {
      return 0;
    }
    precision /= orders;
    recall /= orders;
    return 100 * (1 + BETA_SQUARED) * precision * recall / (BETA_SQUARED * precision + recall);
  }
}
