package dev.mergefarm.eval.filter;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problems;
import dev.mergefarm.eval.template.python.StringCase;
import dev.mergefarm.eval.template.python.Strings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/** The filters that task files may name. */
public final class Filters {

  private static final String DEFAULT_PATTERN = "#### (\\-?[0-9\\.\\,]+)";
  private static final Set<String> REGEX_KEYS = Set.of("regex_pattern", "group_select", "fallback");
  private static final Set<String> CHOICE_KEYS =
      Set.of(
          "regex_pattern",
          "group_select",
          "fallback",
          "ignore_case",
          "ignore_punctuation",
          "regexes_to_ignore");

  /** Filter name to the keys it takes. */
  private static final Map<String, Set<String>> KEYS = new LinkedHashMap<>();

  static {
    KEYS.put("take_first", Set.of());
    KEYS.put("take_first_k", Set.of("k"));
    KEYS.put("majority_vote", Set.of());
    KEYS.put("regex", REGEX_KEYS);
    KEYS.put("multi_choice_regex", CHOICE_KEYS);
    KEYS.put("remove_whitespace", Set.of());
    KEYS.put("lowercase", Set.of());
    KEYS.put("uppercase", Set.of());
    KEYS.put("map", Set.of("mapping_dict", "default_value"));
    KEYS.put("regex_pos", REGEX_KEYS);
    KEYS.put("format_span", Set.of());
  }

  private Filters() {}

  public static List<String> names() {
    return List.copyOf(KEYS.keySet());
  }

  /**
   * The filter of a name with its options.
   *
   * @param path of the entry, for problems
   * @param problems receives unknown names and options and malformed expressions; the filter
   *     returned then does nothing
   */
  public static AnswerFilter create(
      String name, Map<String, Object> options, String path, Problems problems) {
    AnswerFilter nothing = (answers, documents) -> answers;
    if (!KEYS.containsKey(name)) {
      problems.unknownName(
          ErrorCode.UNKNOWN_FILTER,
          path + ".function",
          "No filter is named '" + name + "'.",
          name,
          KEYS.keySet());
      return nothing;
    }
    Set<String> known = KEYS.get(name);
    options.keySet().stream()
        .filter(key -> !known.contains(key))
        .forEach(
            key ->
                problems.unknownName(
                    ErrorCode.UNKNOWN_KEY,
                    path + "." + key,
                    "Filter '" + name + "' takes no '" + key + "'.",
                    key,
                    known));
    try {
      return create(name, new FilterOptions(options));
    } catch (IllegalArgumentException e) {
      problems.error(ErrorCode.INVALID_VALUE, path, e.getMessage());
      return nothing;
    }
  }

  private static AnswerFilter create(String name, FilterOptions options) {
    return switch (name) {
      case "take_first" -> eachList(list -> list.getFirst());
      case "take_first_k" -> takeFirst(options.requiredInteger("k"));
      case "majority_vote" -> eachList(list -> new ArrayList<>(List.of(mostFrequent(list))));
      case "regex" -> RegexFilter.of(options, DEFAULT_PATTERN);
      case "multi_choice_regex" ->
          new ChoiceRegexFilter(RegexFilter.of(options, DEFAULT_PATTERN), options);
      case "remove_whitespace" -> eachText(text -> Strings.strip(text, true, true));
      case "lowercase" -> eachText(StringCase::lower);
      case "uppercase" -> eachText(StringCase::upper);
      case "map" -> MapFilter.of(options);
      case "regex_pos" -> TagFilter.of(options);
      case "format_span" -> new SpanFilter();
      default -> throw new IllegalStateException("no constructor for filter " + name);
    };
  }

  private static AnswerFilter takeFirst(int count) {
    return eachList(
        list -> {
          if (list.size() < count) {
            throw new IllegalArgumentException(
                "take_first_k needs %d answers to each request, found %d: set repeats"
                    .formatted(count, list.size()));
          }
          return new ArrayList<>(list.subList(0, count));
        });
  }

  /** The answer that occurs most often; of equals the one met first. */
  private static Object mostFrequent(List<?> answers) {
    Map<Object, Integer> counts = new LinkedHashMap<>();
    answers.forEach(answer -> counts.merge(answer, 1, Integer::sum));
    Object best = answers.getFirst();
    for (var entry : counts.entrySet()) {
      if (entry.getValue() > counts.get(best)) {
        best = entry.getKey();
      }
    }
    return best;
  }

  /** What a step makes of all answers to one request. */
  @FunctionalInterface
  interface ListStep {
    Object apply(List<?> answers);
  }

  static AnswerFilter eachList(ListStep step) {
    return (answers, documents) -> {
      List<Object> result = new ArrayList<>(answers.size());
      for (Object answer : answers) {
        if (!(answer instanceof List<?> list) || list.isEmpty()) {
          throw new IllegalArgumentException("expected a list of answers, found " + answer);
        }
        result.add(step.apply(list));
      }
      return result;
    };
  }

  /** A step that changes each single answer. */
  static AnswerFilter each(UnaryOperator<Object> step) {
    return eachList(
        list -> {
          List<Object> result = new ArrayList<>(list.size());
          list.forEach(answer -> result.add(step.apply(answer)));
          return result;
        });
  }

  private static AnswerFilter eachText(UnaryOperator<String> step) {
    return each(
        answer -> {
          if (answer instanceof String text) {
            return step.apply(text);
          }
          throw new IllegalArgumentException("expected text, found " + answer);
        });
  }
}
