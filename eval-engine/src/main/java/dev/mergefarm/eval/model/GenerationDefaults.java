package dev.mergefarm.eval.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problems;
import dev.mergefarm.eval.model.LanguageModel.GenerationRequest;
import dev.mergefarm.eval.model.LanguageModel.Sampling;
import dev.mergefarm.eval.model.run.TokenRules;
import dev.mergefarm.eval.model.run.TokenSampler;
import dev.mergefarm.storage.model.Model;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What {@code generation_config.json} and {@code config.json} say about generating text. It holds
 * wherever a task says nothing else: the reference program hands its settings to Hugging Face's
 * {@code generate}, which lays them over these.
 *
 * @param endTokens ids that end every answer
 * @param rules of the model itself
 * @param topK 0 for no limit
 * @param topP 1 for no limit
 */
record GenerationDefaults(Set<Integer> endTokens, TokenRules rules, int topK, double topP) {

  private static final String FILE = "generation_config.json";

  /** What {@code generate} keeps of a distribution where nobody says anything. */
  private static final int USUAL_TOP_K = 50;

  /** Settings that are not followed, with the value that changes nothing. */
  private static final Map<String, Double> NEUTRAL = neutral();

  private static Map<String, Double> neutral() {
    Map<String, Double> values = new LinkedHashMap<>();
    values.put("encoder_repetition_penalty", 1.0);
    values.put("num_beams", 1.0);
    values.put("min_p", 0.0);
    values.put("typical_p", 1.0);
    values.put("epsilon_cutoff", 0.0);
    values.put("eta_cutoff", 0.0);
    return values;
  }

  GenerationDefaults {
    endTokens = Set.copyOf(endTokens);
  }

  /** Reads the files; a setting that is not followed becomes a warning. */
  static GenerationDefaults read(Model model, Problems problems) {
    JsonNode generation = json(model, FILE).orElseGet(() -> new ObjectMapper().createObjectNode());
    NEUTRAL.forEach(
        (key, neutral) -> {
          if (generation.path(key).isNumber() && generation.path(key).doubleValue() != neutral) {
            problems.warning(
                ErrorCode.INVALID_VALUE,
                FILE + ": " + key,
                "'%s' is %s; generation here does not apply it."
                    .formatted(key, generation.path(key)));
          }
        });
    Set<Integer> ends = ends(model, generation);
    TokenRules rules =
        new TokenRules(
            positive(generation, "repetition_penalty", problems),
            count(generation, "no_repeat_ngram_size", 0),
            count(generation, "min_length", 0),
            count(generation, "min_new_tokens", 0),
            ends);
    double topP = generation.path("top_p").asDouble(1);
    return new GenerationDefaults(
        ends, rules, count(generation, "top_k", USUAL_TOP_K), topP > 0 && topP <= 1 ? topP : 1);
  }

  private static double positive(JsonNode generation, String key, Problems problems) {
    double value = generation.path(key).asDouble(1);
    if (value > 0) {
      return value;
    }
    problems.warning(
        ErrorCode.INVALID_VALUE,
        FILE + ": " + key,
        "'%s' must be above 0, found %s; it is not applied.".formatted(key, value));
    return 1;
  }

  private static int count(JsonNode generation, String key, int absent) {
    return Math.max(0, generation.path(key).asInt(absent));
  }

  private static Set<Integer> ends(Model model, JsonNode generation) {
    Set<Integer> ends = new TreeSet<>();
    JsonNode end = generation.path("eos_token_id");
    if (end.isMissingNode() || end.isNull()) {
      end = json(model, "config.json").orElseThrow().path("eos_token_id");
    }
    if (end.isIntegralNumber()) {
      ends.add(end.intValue());
    }
    end.forEach(item -> ends.add(item.intValue()));
    return ends;
  }

  /** How a request's tokens are drawn; empty where they are not. */
  Optional<TokenSampler> sampler(GenerationRequest request) {
    return request.sampling().map(this::sampler);
  }

  private TokenSampler sampler(Sampling sampling) {
    return new TokenSampler(
        sampling.temperature(),
        sampling.topK().orElse(topK),
        sampling.topP().orElse(topP),
        sampling.seed());
  }

  /**
   * A request's rules over the model's.
   *
   * @param ends every token that ends a text
   */
  TokenRules rules(GenerationRules asked, Set<Integer> ends) {
    return new TokenRules(
        asked.repetitionPenalty().orElse(rules.repetitionPenalty()),
        asked.repeatedLength().orElse(rules.repeatedLength()),
        asked.leastTokens().orElse(rules.leastTokens()),
        asked.leastNewTokens().orElse(rules.leastNewTokens()),
        ends);
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
