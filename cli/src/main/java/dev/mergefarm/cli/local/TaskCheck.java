package dev.mergefarm.cli.local;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problem;
import dev.mergefarm.common.Problems;
import dev.mergefarm.eval.EvaluationOptions;
import dev.mergefarm.eval.data.DirectoryDataFiles;
import dev.mergefarm.eval.function.PythonFunctions;
import dev.mergefarm.eval.function.PythonHostOptions;
import dev.mergefarm.eval.function.rows.RowFilterFunctions;
import dev.mergefarm.eval.run.TaskEvaluation;
import dev.mergefarm.eval.task.DirectoryTaskFiles;
import dev.mergefarm.eval.task.TaskConfigReader;
import dev.mergefarm.eval.task.TaskFiles;
import dev.mergefarm.eval.task.TaskFunctions;
import dev.mergefarm.eval.task.TaskLibrary;
import dev.mergefarm.eval.task.TaskTree;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Checks task files without a model: everything that an evaluation would find before it loads one.
 */
public final class TaskCheck {

  /**
   * What a check found.
   *
   * @param tasks names of the tasks that were looked at
   * @param problems each once, errors and warnings, in the order found
   */
  public record Report(List<String> tasks, List<Problem> problems) {

    /** Whether an evaluation would refuse. */
    public boolean hasErrors() {
      return problems.stream().anyMatch(problem -> problem.severity() == Problem.Severity.ERROR);
    }
  }

  private final TaskFiles files;
  private final TaskLibrary library;
  private final Path folder;
  private final Optional<String> file;

  /**
   * @param place a folder of task files, or one of them
   * @throws MergefarmException with {@code OBJECT_NOT_FOUND} where there is neither
   */
  public TaskCheck(Path place) {
    if (!Files.exists(place)) {
      throw new MergefarmException(
          ErrorCode.OBJECT_NOT_FOUND, "There is no folder or file of tasks at " + place + ".");
    }
    Path whole = place.toAbsolutePath().normalize();
    boolean single = Files.isRegularFile(whole);
    this.folder = single ? whole.getParent() : whole;
    this.file = single ? Optional.of(whole.toString()) : Optional.empty();
    this.files = new DirectoryTaskFiles(List.of(folder));
    this.library = new TaskLibrary(files);
  }

  /**
   * @param names of tasks, groups and tags; none for all
   * @param documents how many of each task are rendered
   * @param withData whether data files are looked at; without, only the definitions are
   */
  public Report run(List<String> names, int documents, boolean withData) {
    List<Problem> found = new ArrayList<>();
    if (names.isEmpty() && file.isEmpty()) {
      library.unreadable().values().forEach(failure -> found.addAll(failure.problems()));
    }
    List<String> chosen = !names.isEmpty() ? names : file.map(List::of).orElseGet(library::names);
    Map<String, TaskTree.Leaf> leaves = leaves(chosen, found);
    List<String> planned = new ArrayList<>();
    for (TaskTree.Leaf leaf : leaves.values()) {
      Problems own = new Problems();
      TaskConfigReader.read(leaf, own);
      found.addAll(own.all());
      if (!own.hasErrors()) {
        planned.add(leaf.name());
      }
    }
    if (withData && !planned.isEmpty()) {
      found.addAll(planned(chosen, documents));
    }
    if (leaves.isEmpty() && found.isEmpty()) {
      found.add(
          new Problem(
              ErrorCode.TASK_NOT_FOUND,
              Problem.Severity.ERROR,
              folder.toString(),
              "No file here defines a task.",
              Optional.empty()));
    }
    return new Report(List.copyOf(leaves.keySet()), List.copyOf(new LinkedHashSet<>(found)));
  }

  private Map<String, TaskTree.Leaf> leaves(List<String> chosen, List<Problem> found) {
    Map<String, TaskTree.Leaf> leaves = new LinkedHashMap<>();
    for (String name : chosen) {
      Problems problems = new Problems();
      library.resolve(List.of(name), problems).stream()
          .flatMap(TaskTree::leaves)
          .forEach(leaf -> leaves.putIfAbsent(leaf.name(), leaf));
      found.addAll(problems.all());
    }
    return leaves;
  }

  /** Reads data and renders documents, of each request by itself: names may overlap. */
  private List<Problem> planned(List<String> chosen, int documents) {
    EvaluationOptions options =
        EvaluationOptions.builder().limit(documents).unsafeCodeConfirmed(true).build();
    List<Problem> found = new ArrayList<>();
    try (TaskFunctions functions =
        new RowFilterFunctions(
            files,
            new PythonFunctions(files, PythonHostOptions::located, options.seeds().python()))) {
      TaskEvaluation evaluation =
          new TaskEvaluation(
              library, DirectoryDataFiles.unconfined(List.of(Path.of(""), folder)), functions);
      for (String name : chosen) {
        try {
          found.addAll(evaluation.plan(options, List.of(name)).warnings());
        } catch (MergefarmException failure) {
          found.addAll(failure.problems());
        }
      }
    }
    return found;
  }
}
