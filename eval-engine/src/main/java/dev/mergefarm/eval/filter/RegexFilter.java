package dev.mergefarm.eval.filter;

import dev.mergefarm.eval.template.python.Strings;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Replaces each answer by a match of an expression.
 *
 * @param select which match, from the end if negative
 * @param fallback stands in where nothing matches
 */
record RegexFilter(PythonPattern pattern, int select, String fallback) implements AnswerFilter {

  static RegexFilter of(FilterOptions options, String pattern) {
    return new RegexFilter(
        PythonPattern.compile(options.text("regex_pattern", pattern)),
        options.integer("group_select", 0),
        options.text("fallback", "[invalid]"));
  }

  @Override
  public List<Object> apply(List<Object> answers, List<Map<String, Object>> documents) {
    return Filters.each(answer -> find(pattern, answer, fallback).orElse(fallback))
        .apply(answers, documents);
  }

  /**
   * The selected match, stripped; of several groups the first that is not empty. Nothing where no
   * match is found.
   *
   * @param allEmpty stands for a match all of whose groups are empty
   */
  Optional<String> find(PythonPattern expression, Object answer, String allEmpty) {
    String text = answer instanceof String string ? string : "";
    List<List<String>> matches = expression.findAll(text);
    if (matches.isEmpty()) {
      return Optional.empty();
    }
    int index = select < 0 ? matches.size() + select : select;
    if (index < 0 || index >= matches.size()) {
      throw new IllegalArgumentException(
          "group_select %d is out of range: the answer has %d matches"
              .formatted(select, matches.size()));
    }
    List<String> groups = matches.get(index);
    String match =
        groups.size() == 1
            ? groups.getFirst()
            : groups.stream().filter(group -> !group.isEmpty()).findFirst().orElse(allEmpty);
    return Optional.of(Strings.strip(match, true, true));
  }
}
