package dev.mergefarm.eval.metric;

import java.util.List;
import java.util.Locale;

/**
 * Translation edit rate (Snover et al. 2006) as sacrebleu computes it by default: case does not
 * count, punctuation does, 0 for equal texts, above 100 possible.
 */
final class Ter {

  private Ter() {}

  static double corpus(List<?> values) {
    double edits = 0;
    double lengths = 0;
    for (Translation document : Translation.of(values)) {
      List<String> words = words(document.prediction());
      int best = Integer.MAX_VALUE;
      double length = 0;
      for (String reference : document.references()) {
        List<String> wanted = words(reference);
        best = Math.min(best, new EditAlignment(wanted).editsWithShifts(words));
        length += wanted.size();
      }
      edits += best;
      lengths += length / document.references().size();
    }
    if (lengths > 0) {
      return 100 * edits / lengths;
    }
    return edits > 0 ? 100 : 0;
  }

  private static List<String> words(String text) {
    return Translation.words(text.toLowerCase(Locale.ROOT));
  }
}
