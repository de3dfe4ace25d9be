package dev.mergefarm.eval.metric;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * One document of a translation score.
 *
 * @param prediction what the model wrote
 * @param references what it might have written; at least one
 */
record Translation(String prediction, List<String> references) {

  /** Python's whitespace, which is wider than Java's. */
  private static final Pattern WHITESPACE =
      Pattern.compile(
          "[\\x09-\\x0d\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+");

  Translation {
    references = List.copyOf(references);
  }

  /**
   * @param values pairs of reference (a text or a list of texts) and prediction (a text, or a list
   *     of one)
   */
  static List<Translation> of(List<?> values) {
    List<Translation> result = new ArrayList<>();
    for (Object value : values) {
      List<?> pair = Numbers.pair(value);
      Object prediction =
          pair.get(1) instanceof List<?> list && list.size() == 1 ? list.getFirst() : pair.get(1);
      result.add(new Translation(text(prediction), references(pair.get(0))));
    }
    int count = result.getFirst().references.size();
    if (count == 0 || result.stream().anyMatch(document -> document.references.size() != count)) {
      throw new IllegalArgumentException(
          "translation scores need as many references in every document, and at least one");
    }
    return result;
  }

  private static List<String> references(Object value) {
    return value instanceof List<?> list
        ? list.stream().map(Translation::text).toList()
        : List.of(text(value));
  }

  private static String text(Object value) {
    if (value instanceof String text) {
      return text;
    }
    throw new IllegalArgumentException("translation scores need texts, found " + value);
  }

  /** The pieces between whitespace; none for a blank text. */
  static List<String> words(String text) {
    return WHITESPACE.splitAsStream(text).filter(word -> !word.isEmpty()).toList();
  }

  static String withoutWhitespace(String text) {
    return WHITESPACE.matcher(text).replaceAll("");
  }

  /** How often each n-gram occurs. */
  static Map<List<String>, Integer> ngrams(List<String> items, int order) {
    Map<List<String>, Integer> counts = new HashMap<>();
    for (int i = 0; i + order <= items.size(); i++) {
      counts.merge(items.subList(i, i + order), 1, Integer::sum);
    }
    return counts;
  }
}
