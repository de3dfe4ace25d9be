package dev.mergefarm.eval.filter;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Takes the tags from answers that list pairs such as {@code ('word', 'NOUN')}.
 *
 * @param fallback stands in where there is no pair
 */
record TagFilter(Object fallback) implements AnswerFilter {

  private static final Pattern PAIR = Pattern.compile("\\('[^']*', '([^']*)'\\)");

  static TagFilter of(FilterOptions options) {
    Object fallback = options.values().get("fallback");
    return new TagFilter(fallback == null ? List.of("invalid") : fallback);
  }

  @Override
  public List<Object> apply(List<Object> answers, List<Map<String, Object>> documents) {
    return Filters.each(this::tags).apply(answers, documents);
  }

  private Object tags(Object answer) {
    List<Object> tags = new ArrayList<>();
    Matcher matcher = PAIR.matcher(answer instanceof String text ? text : "");
    while (matcher.find()) {
      tags.add(matcher.group(1));
    }
    return tags.isEmpty() ? fallback : tags;
  }
}
