package dev.mergefarm.eval.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problems;
import dev.mergefarm.storage.model.Model;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What {@code generation_config.json} and {@code config.json} say about ending a text.
 *
 * @param endTokens ids that end every answer
 */
record GenerationDefaults(Set<Integer> endTokens) {

  private static final String FILE = "generation_config.json";

  /** Settings that change greedy answers, with the value that changes nothing. */
  private static final Map<String, Double> NEUTRAL = neutral();

  private static Map<String, Double> neutral() {
    Map<String, Double> values = new LinkedHashMap<>();
    values.put("repetition_penalty", 1.0);
    values.put("encoder_repetition_penalty", 1.0);
    values.put("no_repeat_ngram_size", 0.0);
    values.put("min_length", 0.0);
    values.put("min_new_tokens", 0.0);
    values.put("num_beams", 1.0);
    return values;
  }

  GenerationDefaults {
    endTokens = Set.copyOf(endTokens);
  }

  /** Reads the files; a setting that greedy decoding does not follow becomes a warning. */
  static GenerationDefaults read(Model model, Problems problems) {
    Set<Integer> ends = new TreeSet<>();
    Optional<JsonNode> generation = json(model, FILE);
    generation.ifPresent(
        node ->
            NEUTRAL.forEach(
                (key, neutral) -> {
                  if (node.path(key).isNumber() && node.path(key).doubleValue() != neutral) {
                    problems.warning(
                        ErrorCode.INVALID_VALUE,
                        FILE + ": " + key,
                        "'%s' is %s; generation here does not apply it."
                            .formatted(key, node.path(key)));
                  }
                }));
    JsonNode end = generation.map(node -> node.path("eos_token_id")).orElse(null);
    if (end == null || end.isMissingNode() || end.isNull()) {
      end = json(model, "config.json").orElseThrow().path("eos_token_id");
    }
    if (end.isIntegralNumber()) {
      ends.add(end.intValue());
    }
    end.forEach(item -> ends.add(item.intValue()));
    return new GenerationDefaults(ends);
  }

  private static Optional<JsonNode> json(Model model, String name) {
    return model
        .file(name)
        .map(
            bytes -> {
              try {
                return new ObjectMapper().readTree(bytes);
              } catch (IOException e) {
                throw new MergefarmException(
                    ErrorCode.MALFORMED_JSON, name + " is not JSON: " + e.getMessage(), e);
              }
            });
  }
}
