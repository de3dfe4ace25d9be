package dev.mergefarm.eval.run;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problems;
import dev.mergefarm.eval.model.GenerationRules;
import dev.mergefarm.eval.model.LanguageModel;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How a task's answers are generated.
 *
 * @param until stop strings
 * @param maximumTokens new tokens at most
 * @param sampling empty for greedy decoding; its seed is the run's
 * @param rules beside it
 */
record Generation(
    List<String> until,
    int maximumTokens,
    Optional<LanguageModel.Sampling> sampling,
    GenerationRules rules) {

  private static final int DEFAULT_MAXIMUM = 256;
  private static final List<String> LENGTH_KEYS =
      List.of("max_gen_toks", "max_new_tokens", "max_tokens", "max_completion_tokens");
  private static final Set<String> KEYS =
      Set.of(
          "until",
          "do_sample",
          "temperature",
          "top_k",
          "top_p",
          "max_gen_toks",
          "max_new_tokens",
          "max_tokens",
          "max_completion_tokens",
          "num_beams",
          "repetition_penalty",
          "no_repeat_ngram_size",
          "min_length",
          "min_new_tokens");

  Generation {
    until = List.copyOf(until);
  }

  /**
   * @param path of the settings, for problems
   * @param settings {@code generation_kwargs} with the run's overrides
   * @param seed of the run
   */
  static Generation of(String path, Map<String, Object> settings, long seed, Problems problems) {
    settings.keySet().stream()
        .filter(key -> !KEYS.contains(key))
        .forEach(
            key ->
                problems.unknownName(
                    ErrorCode.UNKNOWN_KEY,
                    path + "." + key,
                    "Generation has no setting '" + key + "'.",
                    key,
                    KEYS));
    if (settings.get("num_beams") instanceof Number beams && beams.doubleValue() != 1) {
      problems.error(
          ErrorCode.UNSUPPORTED_TASK, path + ".num_beams", "Beam search is not supported.");
    }
    try {
      return new Generation(
          until(settings), maximum(settings), sampling(settings, seed), rules(settings));
    } catch (MergefarmException e) {
      problems.error(e.code(), path, e.getMessage());
      return new Generation(
          List.of(), DEFAULT_MAXIMUM, Optional.empty(), GenerationRules.OF_THE_MODEL);
    }
  }

  private static List<String> until(Map<String, Object> settings) {
    return switch (settings.get("until")) {
      case null -> List.of();
      case String text -> List.of(text);
      case List<?> list when list.stream().allMatch(String.class::isInstance) ->
          list.stream().map(String.class::cast).toList();
      case Object other -> throw invalid("'until' must be text or a list of texts, not " + other);
    };
  }

  private static int maximum(Map<String, Object> settings) {
    for (String key : LENGTH_KEYS) {
      Object value = settings.get(key);
      if (value instanceof Number number && number.longValue() >= 1) {
        return (int) Math.min(number.longValue(), Integer.MAX_VALUE);
      }
      if (value != null) {
        throw invalid("'" + key + "' must be a whole number of 1 or more, not " + value);
      }
    }
    return DEFAULT_MAXIMUM;
  }

  private static Optional<LanguageModel.Sampling> sampling(
      Map<String, Object> settings, long seed) {
    double temperature = number(settings, "temperature").orElse(Double.NaN);
    Optional<Integer> topK = count(settings, "top_k");
    Optional<Double> topP = number(settings, "top_p");
    if (topP.isPresent() && !(topP.get() > 0 && topP.get() <= 1)) {
      throw invalid("'top_p' must be above 0 and at most 1, not " + topP.get());
    }
    Object flag = settings.get("do_sample");
    boolean sample =
        flag == null ? temperature > 0 : Boolean.TRUE.equals(flag) && !(temperature <= 0);
    if (!sample) {
      return Optional.empty();
    }
    return Optional.of(
        new LanguageModel.Sampling(Double.isNaN(temperature) ? 1 : temperature, topK, topP, seed));
  }

  private static GenerationRules rules(Map<String, Object> settings) {
    Optional<Double> penalty = number(settings, "repetition_penalty");
    if (penalty.isPresent() && !(penalty.get() > 0)) {
      throw invalid("'repetition_penalty' must be above 0, not " + penalty.get());
    }
    return new GenerationRules(
        penalty,
        count(settings, "no_repeat_ngram_size"),
        count(settings, "min_length"),
        count(settings, "min_new_tokens"));
  }

  private static Optional<Integer> count(Map<String, Object> settings, String key) {
    Optional<Double> value = number(settings, key);
    if (value.isPresent()
        && !(value.get() >= 0 && value.get() <= Integer.MAX_VALUE && value.get() % 1 == 0)) {
      throw invalid("'" + key + "' must be a whole number of 0 or more, not " + value.get());
    }
    return value.map(Double::intValue);
  }

  private static Optional<Double> number(Map<String, Object> settings, String key) {
    return switch (settings.get(key)) {
      case null -> Optional.empty();
      case Number number -> Optional.of(number.doubleValue());
      case Object other -> throw invalid("'" + key + "' must be a number, not " + other);
    };
  }

  private static MergefarmException invalid(String message) {
    return new MergefarmException(ErrorCode.INVALID_VALUE, message);
  }

  /** The settings for one request; repeats of a sampled one differ by their seeds. */
  LanguageModel.GenerationRequest request(String context, int index) {
    return new LanguageModel.GenerationRequest(
        context,
        until,
        maximumTokens,
        sampling.map(
            s -> new LanguageModel.Sampling(s.temperature(), s.topK(), s.topP(), s.seed() + index)),
        rules);
  }

  /** What two requests have in common, for fingerprints. */
  Map<String, Object> describe() {
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("until", until);
    result.put("maximumTokens", maximumTokens);
    result.put("sampling", sampling.map(Object::toString).orElse("greedy"));
    result.put("rules", rules.named());
    return result;
  }
}
