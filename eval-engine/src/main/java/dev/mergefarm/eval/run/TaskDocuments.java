package dev.mergefarm.eval.run;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problems;
import dev.mergefarm.eval.data.Dataset;
import dev.mergefarm.eval.data.DatasetReader;
import dev.mergefarm.eval.task.FunctionReference;
import dev.mergefarm.eval.task.TaskConfig;
import dev.mergefarm.eval.task.TaskFunctions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Reads the documents of one task: those to evaluate and those to show as examples. */
final class TaskDocuments {

  private final TaskConfig task;
  private final Dataset dataset;
  private final TaskFunctions functions;
  private final Problems problems;

  private TaskDocuments(
      TaskConfig task, Dataset dataset, TaskFunctions functions, Problems problems) {
    this.task = task;
    this.dataset = dataset;
    this.functions = functions;
    this.problems = problems;
  }

  /**
   * @return empty after a problem was noted
   */
  static Optional<TaskDocuments> open(
      TaskConfig task, DatasetReader reader, TaskFunctions functions, Problems problems) {
    try {
      Dataset dataset =
          task.data().custom().isPresent()
              ? custom(task, task.data().custom().get(), functions)
              : reader
                  .beside(task.file())
                  .open(task.data().path(), task.data().name(), task.data().options());
      return Optional.of(new TaskDocuments(task, dataset, functions, problems));
    } catch (MergefarmException e) {
      throwUnlessOfTheTask(e);
      e.problems()
          .forEach(p -> problems.error(p.code(), task.name() + ".dataset_path", p.message()));
      return Optional.empty();
    }
  }

  private static Dataset custom(
      TaskConfig task, FunctionReference reference, TaskFunctions functions) {
    Map<String, Object> keywords = new LinkedHashMap<>(task.data().metadata());
    keywords.putAll(task.data().options());
    Object made = functions.find(reference).call(List.of(), keywords);
    if (!(made instanceof Map<?, ?> splits)) {
      throw new MergefarmException(
          ErrorCode.INVALID_VALUE, "custom_dataset must return a mapping of splits.");
    }
    Map<String, List<Map<String, Object>>> result = new LinkedHashMap<>();
    splits.forEach((split, rows) -> result.put(split.toString(), rows("custom_dataset", rows)));
    return Dataset.of(result);
  }

  private static List<Map<String, Object>> rows(String source, Object value) {
    List<Map<String, Object>> result = new ArrayList<>();
    if (value instanceof List<?> list) {
      for (Object item : list) {
        if (!(item instanceof Map<?, ?> map)) {
          throw notDocuments(source);
        }
        Map<String, Object> row = new LinkedHashMap<>();
        map.forEach((key, field) -> row.put(key.toString(), field));
        result.add(row);
      }
      return result;
    }
    throw notDocuments(source);
  }

  private static MergefarmException notDocuments(String source) {
    return new MergefarmException(
        ErrorCode.INVALID_VALUE, source + " must return a list of documents.");
  }

  /** The documents to evaluate, all of the split; empty after a problem. */
  List<Map<String, Object>> evaluated() {
    String key = task.data().testSplit().isPresent() ? "test_split" : "validation_split";
    return task.data()
        .evaluatedSplit()
        .map(split -> split(key, split, task.data().process()))
        .orElse(List.of());
  }

  /** The pool of examples; empty after a problem. */
  List<Map<String, Object>> examples() {
    TaskConfig.FewShot fewShot = task.fewShot();
    if (fewShot.split().isPresent()) {
      return split("fewshot_split", fewShot.split().get(), fewShot.process());
    }
    if (fewShot.samples().isPresent()) {
      return fewShot.samples().get();
    }
    if (fewShot.samplesFunction().isPresent()) {
      return attempt(
          "fewshot_config.samples",
          () ->
              rows(
                  "fewshot_config.samples",
                  functions.find(fewShot.samplesFunction().get()).call(List.of(), Map.of())));
    }
    String split =
        Stream.of(
                task.data().trainingSplit(), task.data().validationSplit(), task.data().testSplit())
            .flatMap(Optional::stream)
            .findFirst()
            .orElseThrow();
    return split("training_split", split, task.data().process());
  }

  private interface Rows {
    List<Map<String, Object>> get();
  }

  private List<Map<String, Object>> attempt(String key, Rows work) {
    try {
      return work.get();
    } catch (MergefarmException e) {
      throwUnlessOfTheTask(e);
      e.problems().forEach(p -> problems.error(p.code(), task.name() + "." + key, p.message()));
      return List.of();
    }
  }

  /** A store or hub that does not answer is no fault of the task, and would fail the others too. */
  private static void throwUnlessOfTheTask(MergefarmException failure) {
    if (failure.code().retryable() || failure.code() == ErrorCode.CANCELLED) {
      throw failure;
    }
  }

  private List<Map<String, Object>> split(
      String key, String split, Optional<FunctionReference> process) {
    if (!dataset.splits().contains(split)) {
      problems.unknownName(
          ErrorCode.UNKNOWN_SPLIT,
          task.name() + "." + key,
          "The data set has no split '%s'; it has %s.".formatted(split, dataset.splits()),
          split,
          dataset.splits());
      return List.of();
    }
    return attempt(
        key,
        () -> {
          List<Map<String, Object>> rows = dataset.rows(split);
          if (rows.isEmpty()) {
            throw new MergefarmException(
                ErrorCode.EMPTY_SPLIT, "Split '" + split + "' holds no document.");
          }
          List<Map<String, Object>> documents =
              process.map(helper -> functions.find(helper).processDocuments(rows)).orElse(rows);
          if (documents.isEmpty()) {
            throw new MergefarmException(
                ErrorCode.EMPTY_SPLIT, "process_docs leaves no document of split '" + split + "'.");
          }
          return documents;
        });
  }

  /** The names of all fields that occur. */
  static Set<String> columns(List<Map<String, Object>> documents) {
    Set<String> result = new LinkedHashSet<>();
    documents.forEach(document -> result.addAll(document.keySet()));
    return result;
  }
}
