package dev.mergefarm.benchmarks.eval;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How far two files of records agree.
 *
 * @param answers compared
 * @param largestDifference of two log-likelihoods, as a share of their size
 * @param differentTexts generated texts that are not the same
 * @param differentScores documents whose metrics differ, log-likelihoods apart
 */
record Agreement(int answers, double largestDifference, int differentTexts, int differentScores) {

  /** Whether a continuation is the greedy one, beside its log-likelihood. */
  private static final List<String> TRUTHS = List.of("True", "False", "true", "false");

  private static final List<String> YES_OR_NO = List.of("acc", "acc_norm", "exact_match");

  /**
   * @param generated whether answers are texts; otherwise log-likelihoods, which files may hold as
   *     texts too
   * @throws IllegalStateException when they are not about the same documents
   */
  static Agreement of(Path ours, Path theirs, boolean generated) throws IOException {
    Map<Integer, JsonNode> left = byDocument(ours);
    Map<Integer, JsonNode> right = byDocument(theirs);
    if (!left.keySet().equals(right.keySet())) {
      throw new IllegalStateException("the two programs scored different documents");
    }
    Counter counter = new Counter(generated);
    left.forEach((document, record) -> counter.compare(record, right.get(document)));
    return new Agreement(counter.answers, counter.largest, counter.texts, counter.scores);
  }

  private static Map<Integer, JsonNode> byDocument(Path file) throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    Map<Integer, JsonNode> records = new TreeMap<>();
    for (String line : Files.readAllLines(file)) {
      JsonNode record = mapper.readTree(line);
      records.put(record.path("doc_id").intValue(), record);
    }
    return records;
  }

  private static final class Counter {
    private final boolean generated;
    private int answers;
    private double largest;
    private int texts;
    private int scores;

    Counter(boolean generated) {
      this.generated = generated;
    }

    void compare(JsonNode ours, JsonNode theirs) {
      List<JsonNode> left = leaves(ours.path("resps"));
      List<JsonNode> right = leaves(theirs.path("resps"));
      if (left.isEmpty() || left.size() != right.size()) {
        throw new IllegalStateException("a document has other requests in the other program");
      }
      for (int i = 0; i < left.size(); i++) {
        compareAnswer(left.get(i), right.get(i));
      }
      scores +=
          YES_OR_NO.stream()
                  .anyMatch(name -> ours.path(name).asDouble() != theirs.path(name).asDouble())
              ? 1
              : 0;
    }

    private void compareAnswer(JsonNode ours, JsonNode theirs) {
      if (generated) {
        answers++;
        texts += ours.equals(theirs) ? 0 : 1;
      } else if (!TRUTHS.contains(ours.asText())) {
        answers++;
        double left = Double.parseDouble(ours.asText());
        double right = Double.parseDouble(theirs.asText());
        largest = Math.max(largest, Math.abs(left - right) / Math.max(1, Math.abs(right)));
      }
    }

    private static List<JsonNode> leaves(JsonNode node) {
      if (!node.isArray()) {
        return List.of(node);
      }
      List<JsonNode> all = new ArrayList<>();
      node.forEach(item -> all.addAll(leaves(item)));
      return all;
    }
  }
}
