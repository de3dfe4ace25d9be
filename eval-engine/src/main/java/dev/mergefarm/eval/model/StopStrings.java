package dev.mergefarm.eval.model;

import dev.mergefarm.eval.tokenizer.TextTokenizer;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * When generation ends: at an end token, or once the new text holds a stop string.
 *
 * @param stops not empty strings
 * @param endTokens ids that end every answer
 */
record StopStrings(TextTokenizer tokenizer, List<String> stops, Set<Integer> endTokens)
    implements Predicate<List<Integer>> {

  /** A token gives at least one byte of text, and a character at most four. */
  private static final int TOKENS_PER_CHARACTER = 4;

  private static final int SPARE = 4;

  StopStrings {
    stops = stops.stream().filter(stop -> !stop.isEmpty()).distinct().toList();
    endTokens = Set.copyOf(endTokens);
  }

  @Override
  public boolean test(List<Integer> tokens) {
    if (endTokens.contains(tokens.getLast())) {
      return true;
    }
    if (stops.isEmpty()) {
      return false;
    }
    int longest = stops.stream().mapToInt(String::length).max().orElseThrow();
    int looked = Math.min(tokens.size(), longest * TOKENS_PER_CHARACTER + SPARE);
    int[] tail =
        tokens.subList(tokens.size() - looked, tokens.size()).stream()
            .mapToInt(Integer::intValue)
            .toArray();
    String text = tokenizer.decode(tail, false);
    return stops.stream().anyMatch(text::contains);
  }

  /** The answer: the new text without special tokens, up to the first stop string. */
  String cut(int[] tokens) {
    String text = tokenizer.decode(tokens, true);
    for (String stop : stops) {
      int place = text.indexOf(stop);
      text = place < 0 ? text : text.substring(0, place);
    }
    return text;
  }
}
