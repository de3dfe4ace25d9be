package dev.mergefarm.eval.filter;

import dev.mergefarm.eval.template.python.StringCase;
import dev.mergefarm.eval.template.python.Strings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Finds the choice that an answer names: by an expression, else by a choice's text, else by a
 * letter after a colon.
 */
final class ChoiceRegexFilter implements AnswerFilter {

  private static final Pattern PUNCTUATION = Pattern.compile("\\p{IsPunctuation}");

  private static final Pattern SPECIAL = Pattern.compile("[-()\\[\\]{}?*+|^$\\\\.&~#\\s]");

  private final RegexFilter base;
  private final boolean ignoreCase;
  private final boolean ignorePunctuation;
  private final List<PythonPattern> ignored;

  ChoiceRegexFilter(RegexFilter base, FilterOptions options) {
    this.base = base;
    this.ignoreCase = options.truth("ignore_case");
    this.ignorePunctuation = options.truth("ignore_punctuation");
    this.ignored = options.patterns("regexes_to_ignore");
  }

  @Override
  public List<Object> apply(List<Object> answers, List<Map<String, Object>> documents) {
    List<Object> result = new ArrayList<>(answers.size());
    for (int i = 0; i < answers.size(); i++) {
      if (!(answers.get(i) instanceof List<?> list)) {
        throw new IllegalArgumentException("expected a list of answers, found " + answers.get(i));
      }
      Choices choices = choices(documents.get(i));
      List<Object> filtered = new ArrayList<>(list.size());
      list.forEach(answer -> filtered.add(choose(answer, choices)));
      result.add(filtered);
    }
    return result;
  }

  /**
   * The expressions of one document.
   *
   * @param letters normalised text of a choice to its letter in parentheses
   */
  private record Choices(PythonPattern texts, Map<String, String> letters, PythonPattern letter) {}

  private Choices choices(Map<String, Object> document) {
    if (!(document.get("choices") instanceof List<?> list)) {
      throw new IllegalArgumentException(
          "multi_choice_regex needs a list under 'choices' in each document");
    }
    Map<String, String> letters = new LinkedHashMap<>();
    List<String> names = new ArrayList<>();
    for (int i = 0; i < list.size(); i++) {
      String name = String.valueOf((char) ('A' + i));
      names.add(name);
      letters.put(
          normalize(Strings.strip(String.valueOf(list.get(i)), true, true)), "(" + name + ")");
    }
    String texts =
        letters.keySet().stream().map(ChoiceRegexFilter::escape).collect(Collectors.joining("|"));
    PythonPattern letter = PythonPattern.compile(":[\\s]*(" + String.join("|", names) + ")");
    return new Choices(PythonPattern.compile(texts), letters, letter);
  }

  private String choose(Object answer, Choices choices) {
    return find(base.pattern(), answer)
        .or(
            () ->
                find(choices.texts, normalize(text(answer)))
                    .map(found -> choices.letters.getOrDefault(found, found)))
        .or(() -> find(choices.letter, answer).map(found -> "(" + found + ")"))
        .orElse(base.fallback());
  }

  private Optional<String> find(PythonPattern expression, Object answer) {
    return base.find(expression, answer, "").filter(match -> !match.isEmpty());
  }

  private static String escape(String text) {
    return SPECIAL.matcher(text).replaceAll("\\\\$0");
  }

  private static String text(Object answer) {
    return answer instanceof String text ? text : "";
  }

  private String normalize(String text) {
    String result = text;
    for (PythonPattern pattern : ignored) {
      result = pattern.replaceAll(result, "");
    }
    if (ignoreCase) {
      result = StringCase.lower(result);
    }
    return ignorePunctuation ? PUNCTUATION.matcher(result).replaceAll("") : result;
  }
}
