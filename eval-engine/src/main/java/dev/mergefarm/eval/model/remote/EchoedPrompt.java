package dev.mergefarm.eval.model.remote;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.eval.model.LanguageModel.Score;

/**
 * One choice of an answer that repeats its prompt with log-probabilities.
 *
 * @param text of the choice: the prompt, then what was generated; may lack the prompt
 * @param logProbabilities the choice's {@code logprobs}
 */
record EchoedPrompt(String text, JsonNode logProbabilities) {

  static EchoedPrompt of(JsonNode choice) {
    return new EchoedPrompt(choice.path("text").asText(""), choice.path("logprobs"));
  }

  /** Entries of the prompt and of what was generated; 0 where the server tells none. */
  int entries() {
    return tokens().size();
  }

  /**
   * Whether the entries are those of a prompt, followed by at most the one generated token; a
   * server may leave out an end token.
   */
  boolean covers(int promptTokens) {
    return entries() == promptTokens || entries() == promptTokens + 1;
  }

  private JsonNode tokens() {
    return logProbabilities.path("token_logprobs");
  }

  /** The texts of the entries' tokens, joined; empty where the server tells none. */
  String joinedTokens() {
    StringBuilder joined = new StringBuilder();
    logProbabilities.path("tokens").forEach(token -> joined.append(token.asText()));
    return joined.toString();
  }

  /**
   * The first entry that starts at or after a place in the prompt, by the server's own offsets.
   *
   * @param prompt that was sent
   * @param place in it, in UTF-16 units
   * @return -1 where the server gives no offsets, or does not repeat the prompt
   */
  int entryAt(String prompt, int place) {
    JsonNode offsets = logProbabilities.path("text_offset");
    int start = text.indexOf(prompt);
    if (start < 0 || offsets.size() != entries()) {
      return -1;
    }
    // Servers count as Python does, in code points, from the start of what they repeat.
    int wanted = text.codePointCount(0, start + place);
    int found = 0;
    while (found < offsets.size() && offsets.get(found).asInt() < wanted) {
      found++;
    }
    return found;
  }

  /**
   * The score of the entries from one up to another.
   *
   * @throws MergefarmException with {@code REMOTE_MODEL_UNSUITABLE} where one has none
   */
  Score score(int from, int to) {
    double sum = 0;
    boolean greedy = true;
    for (int i = from; i < to; i++) {
      double value = value(tokens().path(i), i);
      sum += value;
      greedy &= value >= largest(logProbabilities.path("top_logprobs").path(i), value);
    }
    return new Score(sum, greedy);
  }

  private static double value(JsonNode entry, int place) {
    if (!entry.isNumber()) {
      throw new MergefarmException(
          ErrorCode.REMOTE_MODEL_UNSUITABLE,
          "The server gives no log-probability for token " + place + " of a prompt.");
    }
    return entry.doubleValue();
  }

  private static double largest(JsonNode alternatives, double own) {
    if (!alternatives.isObject() || alternatives.isEmpty()) {
      throw new MergefarmException(
          ErrorCode.REMOTE_MODEL_UNSUITABLE,
          "The server gives no most probable token (top_logprobs) beside each token of a prompt.");
    }
    double largest = own;
    for (JsonNode alternative : alternatives) {
      largest = Math.max(largest, alternative.doubleValue());
    }
    return largest;
  }
}
