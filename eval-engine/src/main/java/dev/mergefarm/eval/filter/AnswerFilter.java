package dev.mergefarm.eval.filter;

import java.util.List;
import java.util.Map;

/** One step of a chain: sees all answers of a task at once. */
@FunctionalInterface
public interface AnswerFilter {

  /**
   * @param answers for each request what the step before made of its answers; at first a list, one
   *     for each repeat
   * @param documents for each request its document
   * @return for each request, in order, its answers now
   * @throws IllegalArgumentException if the answers are not of the kind that the step takes
   */
  List<Object> apply(List<Object> answers, List<Map<String, Object>> documents);
}
