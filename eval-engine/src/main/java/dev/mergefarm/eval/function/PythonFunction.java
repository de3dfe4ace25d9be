package dev.mergefarm.eval.function;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.eval.task.FunctionReference;
import dev.mergefarm.eval.task.TaskFunction;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A helper in the helper process.
 *
 * @param id under which the process knows it
 */
record PythonFunction(PythonFunctions owner, FunctionReference reference, int id)
    implements TaskFunction {

  /** Calls sent in one message; results come back one by one. */
  private static final int CALLS_AT_ONCE = 256;

  @Override
  public Object call(List<?> arguments, Map<String, ?> keywords) {
    return each(List.of(arguments), keywords).getFirst();
  }

  @Override
  public List<Object> callEach(List<? extends List<?>> argumentLists) {
    List<Object> results = new ArrayList<>(argumentLists.size());
    for (int start = 0; start < argumentLists.size(); start += CALLS_AT_ONCE) {
      int end = Math.min(start + CALLS_AT_ONCE, argumentLists.size());
      results.addAll(each(argumentLists.subList(start, end), Map.of()));
    }
    return results;
  }

  private List<Object> each(List<? extends List<?>> argumentLists, Map<String, ?> keywords) {
    Map<String, Object> request = request("each");
    request.put("arguments", argumentLists);
    request.put("keywords", keywords);
    List<Object> results = new ArrayList<>(argumentLists.size());
    owner.exchange(reference, request, owner.options().callLimit(), results::add);
    if (results.size() != argumentLists.size()) {
      throw new MergefarmException(
          ErrorCode.FUNCTION_FAILED,
          "The helper "
              + reference
              + " answered "
              + results.size()
              + " of "
              + argumentLists.size()
              + " calls.");
    }
    return results;
  }

  private Map<String, Object> request(String operation) {
    Map<String, Object> request = new LinkedHashMap<>();
    request.put("op", operation);
    request.put("id", id);
    return request;
  }

  @Override
  public List<Map<String, Object>> processDocuments(List<Map<String, Object>> rows) {
    Map<String, Object> request = request("dataset");
    Set<String> columns = new LinkedHashSet<>();
    rows.forEach(row -> columns.addAll(row.keySet()));
    request.put("rows", rows);
    request.put("columns", columns);
    List<Map<String, Object>> processed = new ArrayList<>();
    owner.exchange(
        reference,
        request,
        owner.options().dataLimit(),
        chunk -> ((List<?>) chunk).forEach(row -> processed.add(row(row))));
    return processed;
  }

  private Map<String, Object> row(Object value) {
    if (!(value instanceof Map<?, ?> map)) {
      throw new MergefarmException(
          ErrorCode.FUNCTION_FAILED,
          "The helper "
              + reference
              + " must answer a data set, whose rows are dicts; it answered"
              + " a row "
              + value
              + ".");
    }
    Map<String, Object> row = new LinkedHashMap<>();
    map.forEach((key, item) -> row.put((String) key, item));
    return row;
  }

  @Override
  public List<Object> applyFilter(
      Map<String, ?> keywords, List<List<Object>> answers, List<Map<String, Object>> documents) {
    Map<String, Object> request = request("filter");
    request.put("keywords", keywords);
    request.put("answers", answers);
    request.put("documents", documents);
    List<Object> results = new ArrayList<>();
    owner.exchange(
        reference,
        request,
        owner.options().dataLimit(),
        result -> results.addAll((List<?>) result));
    if (results.size() != answers.size()) {
      throw new MergefarmException(
          ErrorCode.FUNCTION_FAILED,
          "The helper "
              + reference
              + " must answer one value for each of "
              + answers.size()
              + " requests; it answered "
              + results.size()
              + ".");
    }
    return results;
  }
}
