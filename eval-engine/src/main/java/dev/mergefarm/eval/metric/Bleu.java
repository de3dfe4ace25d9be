package dev.mergefarm.eval.metric;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Corpus BLEU (Papineni et al. 2002) as sacrebleu computes it by default: the 13a tokeniser, up to
 * 4-grams, exponential smoothing, case counts, 0 to 100.
 */
final class Bleu {

  private static final int ORDER = 4;
  private static final double LOG_OF_ZERO = -9_999_999_999.0;

  private static final Pattern PUNCTUATION = Pattern.compile("([{-~\\[-` -&(-+:-@/])");
  private static final Pattern STOP_AFTER_NON_DIGIT = Pattern.compile("([^0-9])([.,])");
  private static final Pattern STOP_BEFORE_NON_DIGIT = Pattern.compile("([.,])([^0-9])");
  private static final Pattern DASH_AFTER_DIGIT = Pattern.compile("([0-9])(-)");

  private Bleu() {}

  /** Matches and lengths of some documents; adding them up gives a corpus. */
  private record Statistics(long[] correct, long[] total, long length, long referenceLength) {}

  static double corpus(List<?> values) {
    long[] correct = new long[ORDER];
    long[] total = new long[ORDER];
    long length = 0;
    long referenceLength = 0;
    for (Translation document : Translation.of(values)) {
      Statistics statistics = statistics(document);
      for (int n = 0; n < ORDER; n++) {
        correct[n] += statistics.correct[n];
        total[n] += statistics.total[n];
      }
      length += statistics.length;
      referenceLength += statistics.referenceLength;
    }
    return score(new Statistics(correct, total, length, referenceLength));
  }

  private static Statistics statistics(Translation document) {
    List<String> words = tokens(document.prediction());
    List<List<String>> references = document.references().stream().map(Bleu::tokens).toList();
    long[] correct = new long[ORDER];
    long[] total = new long[ORDER];
    for (int n = 1; n <= ORDER; n++) {
      Map<List<String>, Integer> allowed = new HashMap<>();
      for (List<String> reference : references) {
        Translation.ngrams(reference, n)
            .forEach((gram, count) -> allowed.merge(gram, count, Math::max));
      }
      for (var entry : Translation.ngrams(words, n).entrySet()) {
        correct[n - 1] += Math.min(entry.getValue(), allowed.getOrDefault(entry.getKey(), 0));
        total[n - 1] += entry.getValue();
      }
    }
    return new Statistics(correct, total, words.size(), closestLength(words.size(), references));
  }

  /** The reference length nearest to the prediction's; of two equally near ones the shorter. */
  private static long closestLength(int length, List<List<String>> references) {
    int closest = -1;
    for (List<String> reference : references) {
      int difference = Math.abs(length - reference.size());
      int best = Math.abs(length - closest);
      if (closest < 0 || difference < best || (difference == best && reference.size() < closest)) {
        closest = reference.size();
      }
    }
    return closest;
  }

  private static double score(Statistics corpus) {
    double smoothing = 1;
    double logarithms = 0;
    boolean any = false;
    for (int n = 0; n < ORDER; n++) {
      any |= corpus.correct[n] > 0;
    }
    if (!any) {
      return 0;
    }
    for (int n = 0; n < ORDER; n++) {
      if (corpus.total[n] == 0) {
        logarithms += (ORDER - n) * LOG_OF_ZERO;
        break;
      }
      if (corpus.correct[n] == 0) {
        smoothing *= 2;
        logarithms += Math.log(100 / (smoothing * corpus.total[n]));
      } else {
        logarithms += Math.log(100.0 * corpus.correct[n] / corpus.total[n]);
      }
    }
    double brevity =
        corpus.length < corpus.referenceLength
            ? Math.exp(1 - (double) corpus.referenceLength / corpus.length)
            : 1;
    return brevity * Math.exp(logarithms / ORDER);
  }

  /** The tokeniser of the mteval-v13a script. */
  static List<String> tokens(String text) {
    String line =
        text.stripTrailing().replace("<skipped>", "").replace("-\n", "").replace("\n", " ");
    line =
        line.replace("&quot;", "\"")
            .replace("&amp;", "&")
            .replace("&lt;", "<")
            .replace("&gt;", ">");
    line = PUNCTUATION.matcher(" " + line + " ").replaceAll(" $1 ");
    line = STOP_AFTER_NON_DIGIT.matcher(line).replaceAll("$1 $2 ");
    line = STOP_BEFORE_NON_DIGIT.matcher(line).replaceAll(" $1 $2");
    line = DASH_AFTER_DIGIT.matcher(line).replaceAll("$1 $2 ");
    return new ArrayList<>(Translation.words(line));
  }
}
