package dev.mergefarm.eval.task;

import java.util.List;
import java.util.Map;

/**
 * One Python helper. Values cross as {@code null}, {@link Boolean}, {@link Long}, {@link Double},
 * {@link String}, {@link List} (also for tuples and sets) and {@link Map} with text keys, nested at
 * will. Every call throws a {@link dev.mergefarm.common.MergefarmException} with the helper's own
 * message and line when the helper raises, runs too long or takes too much memory.
 */
public interface TaskFunction {

  /** Calls the helper once. */
  Object call(List<?> arguments, Map<String, ?> keywords);

  /** Calls the helper once for each list of positional arguments; answers in order. */
  List<Object> callEach(List<? extends List<?>> argumentLists);

  /** Gives the helper a data set and takes the rows of the data set that it returns. */
  List<Map<String, Object>> processDocuments(List<Map<String, Object>> rows);

  /**
   * The helper as a filter. A class is constructed with the keywords and its {@code apply(resps,
   * docs)} called; a function is called as {@code f(resps, docs, **keywords)}.
   *
   * @param answers for each request the list of its answers
   * @param documents for each request its document
   */
  List<Object> applyFilter(
      Map<String, ?> keywords, List<List<Object>> answers, List<Map<String, Object>> documents);
}
