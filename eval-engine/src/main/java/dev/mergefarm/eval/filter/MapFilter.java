package dev.mergefarm.eval.filter;

import java.util.List;
import java.util.Map;

/** Replaces each answer by what a table has for it. */
record MapFilter(Map<?, ?> table, Object absent) implements AnswerFilter {

  static MapFilter of(FilterOptions options) {
    if (options.values().get("mapping_dict") instanceof Map<?, ?> table) {
      return new MapFilter(table, options.values().get("default_value"));
    }
    throw new IllegalArgumentException("filter 'map' needs a mapping under 'mapping_dict'");
  }

  @Override
  public List<Object> apply(List<Object> answers, List<Map<String, Object>> documents) {
    return Filters.each(answer -> table.containsKey(answer) ? table.get(answer) : absent)
        .apply(answers, documents);
  }
}
