package dev.mergefarm.merge.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.storage.JsonFiles;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.SequencedMap;
import java.util.function.IntPredicate;
import java.util.function.Predicate;

/**
 * The tokens of a {@code tokenizer.json}: those of its model and those added to it.
 *
 * @param ids numbers of all tokens, in the order of the numbers
 * @param added definitions of the added tokens, in the order of the file
 * @param json the file
 */
public record Vocabulary(
    SequencedMap<String, Integer> ids, SequencedMap<String, ObjectNode> added, ObjectNode json) {

  /** The file that vocabularies are read from. */
  public static final String FILE = "tokenizer.json";

  private static final long LARGEST_ID = (1 << 24) - 1;

  public Vocabulary {
    ids = Collections.unmodifiableSequencedMap(ids);
    added = Collections.unmodifiableSequencedMap(added);
  }

  /**
   * Reads a file.
   *
   * @throws MergefarmException with {@code MALFORMED_JSON} when it is not a tokenizer's
   */
  public static Vocabulary parse(byte[] content) {
    return of(JsonFiles.parseObject(FILE, content));
  }

  static Vocabulary of(ObjectNode json) {
    Map<String, Integer> found = new LinkedHashMap<>();
    JsonNode vocabulary = json.path("model").path("vocab");
    if (vocabulary.isObject()) {
      vocabulary.properties().forEach(entry -> found.put(entry.getKey(), number(entry.getValue())));
    } else if (vocabulary.isArray()) {
      for (JsonNode piece : vocabulary) {
        found.put(piece.path(0).asText(), found.size());
      }
    } else {
      throw malformed("it has no vocabulary");
    }
    SequencedMap<String, ObjectNode> added = new LinkedHashMap<>();
    for (JsonNode token : json.path("added_tokens")) {
      if (!(token instanceof ObjectNode definition) || !definition.path("content").isTextual()) {
        throw malformed("an added token has no content");
      }
      added.put(definition.get("content").asText(), definition);
      found.put(definition.get("content").asText(), number(definition.path("id")));
    }
    SequencedMap<String, Integer> ids = new LinkedHashMap<>();
    List<Map.Entry<String, Integer>> entries = new ArrayList<>(found.entrySet());
    entries.sort(Map.Entry.comparingByValue());
    entries.forEach(entry -> ids.put(entry.getKey(), entry.getValue()));
    return new Vocabulary(ids, added, json);
  }

  private static int number(JsonNode node) {
    if (!node.isIntegralNumber() || node.asLong() < 0 || node.asLong() > LARGEST_ID) {
      throw malformed("a token's id is " + node);
    }
    return node.asInt();
  }

  private static MergefarmException malformed(String reason) {
    return new MergefarmException(
        ErrorCode.MALFORMED_JSON, FILE + " is not a tokenizer's: " + reason + ".");
  }

  /** A token's number, if it is below the model's stated vocabulary size. */
  OptionalInt row(String token, OptionalLong statedSize) {
    Integer id = ids.get(token);
    boolean there = id != null && (statedSize.isEmpty() || id < statedSize.getAsLong());
    return there ? OptionalInt.of(id) : OptionalInt.empty();
  }

  /** One more than the largest number. */
  public int size() {
    return ids.isEmpty() ? 0 : ids.lastEntry().getValue() + 1;
  }

  /** Whether some token's number is not below the model's stated vocabulary size. */
  boolean reaches(OptionalLong statedSize) {
    return statedSize.isPresent() && size() > statedSize.getAsLong();
  }

  /**
   * The vocabulary without the tokens at or above a size, and without merge rules that make or use
   * them.
   *
   * @throws MergefarmException when the tokenizer is not of the byte-pair kind, whose tokens can be
   *     taken out one by one
   */
  Vocabulary strippedTo(long size) {
    ObjectNode stripped = json.deepCopy();
    ObjectNode model = (ObjectNode) stripped.get("model");
    if (!model.path("type").asText().equals("BPE")) {
      throw new MergefarmException(
          ErrorCode.UNSUPPORTED_TOKENIZER,
          "The base tokenizer has unused tokens, but only BPE is currently supported, found "
              + model.path("type").asText("none")
              + ".");
    }
    IntPredicate kept = id -> id < size;
    ObjectNode tokens = (ObjectNode) model.get("vocab");
    tokens.properties().removeIf(entry -> !kept.test(entry.getValue().asInt()));
    ArrayNode addedTokens = stripped.withArray("added_tokens");
    removeIf(addedTokens, token -> !kept.test(token.path("id").asInt()));
    removeIf(model.withArray("merges"), merge -> !possible(merge, tokens));
    return of(stripped);
  }

  private static void removeIf(ArrayNode list, Predicate<JsonNode> unwanted) {
    ArrayNode kept = list.arrayNode();
    list.forEach(
        item -> {
          if (!unwanted.test(item)) {
            kept.add(item);
          }
        });
    list.removeAll();
    list.addAll(kept);
  }

  private static boolean possible(JsonNode merge, ObjectNode tokens) {
    String left = merge.isArray() ? merge.path(0).asText() : merge.asText().split(" ", 2)[0];
    String right =
        merge.isArray()
            ? merge.path(1).asText()
            : merge.asText().substring(Math.min(merge.asText().length(), left.length() + 1));
    return tokens.has(left) && tokens.has(right) && tokens.has(left + right);
  }
}
