package dev.mergefarm.eval.run;

import dev.mergefarm.eval.task.FunctionReference;
import dev.mergefarm.eval.task.TaskFunction;
import dev.mergefarm.eval.task.TaskFunctions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Predicate;

/** Helpers written in Java under the names that task files use. */
public final class JavaFunctions implements TaskFunctions {

  private final Map<String, BiFunction<List<?>, Map<String, ?>, Object>> functions =
      new HashMap<>();
  private final Map<String, Predicate<Map<String, Object>>> rowFilters = new HashMap<>();

  JavaFunctions define(String name, BiFunction<List<?>, Map<String, ?>, Object> function) {
    functions.put(name, function);
    return this;
  }

  JavaFunctions defineRowFilter(String name, Predicate<Map<String, Object>> keep) {
    rowFilters.put(name, keep);
    return this;
  }

  @Override
  public TaskFunction find(FunctionReference reference) {
    return new TaskFunction() {
      @Override
      public Object call(List<?> arguments, Map<String, ?> keywords) {
        return functions.get(reference.name()).apply(arguments, keywords);
      }

      @Override
      public List<Object> callEach(List<? extends List<?>> argumentLists) {
        List<Object> result = new ArrayList<>();
        argumentLists.forEach(arguments -> result.add(call(arguments, Map.of())));
        return result;
      }

      @Override
      public List<Map<String, Object>> processDocuments(List<Map<String, Object>> rows) {
        return rows.stream().filter(rowFilters.get(reference.name())).toList();
      }

      @Override
      public List<Object> applyFilter(
          Map<String, ?> keywords,
          List<List<Object>> answers,
          List<Map<String, Object>> documents) {
        return List.copyOf((List<?>) call(List.of(answers, documents), keywords));
      }
    };
  }

  @Override
  public void close() {}
}
