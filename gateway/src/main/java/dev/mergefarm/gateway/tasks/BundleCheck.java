package dev.mergefarm.gateway.tasks;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.Problem;
import dev.mergefarm.common.Problems;
import dev.mergefarm.eval.task.StoreTaskFiles;
import dev.mergefarm.eval.task.TaskConfigReader;
import dev.mergefarm.eval.task.TaskLibrary;
import dev.mergefarm.eval.task.TaskTree;
import dev.mergefarm.storage.ObjectFolder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads every task file of a bundle. */
final class BundleCheck {

  private BundleCheck() {}

  /**
   * The names that the bundle defines.
   *
   * @param problems receives everything wrong with any of them, each once, with paths relative to
   *     the bundle
   */
  static List<String> tasks(ObjectFolder folder, Problems problems) {
    TaskLibrary library =
        new TaskLibrary(new StoreTaskFiles(folder.store(), List.of(folder.prefix())));
    Problems found = new Problems();
    library.unreadable().values().forEach(failure -> found.addAll(failure.problems()));
    List<String> names = library.names();
    Map<String, TaskTree.Leaf> leaves = new LinkedHashMap<>();
    for (String name : names) {
      library.resolve(List.of(name), found).stream()
          .flatMap(TaskTree::leaves)
          .forEach(leaf -> leaves.putIfAbsent(leaf.name(), leaf));
    }
    leaves.values().forEach(leaf -> TaskConfigReader.read(leaf, found));
    if (names.isEmpty() && !found.hasErrors()) {
      found.error(ErrorCode.TASK_NOT_FOUND, "header.files", "No file defines a task.");
    }
    found.all().stream()
        .map(problem -> relative(problem, folder.prefix()))
        .distinct()
        .forEach(problems::add);
    return names;
  }

  private static Problem relative(Problem problem, String prefix) {
    return problem.path().startsWith(prefix)
        ? new Problem(
            problem.code(),
            problem.severity(),
            problem.path().substring(prefix.length()),
            problem.message(),
            problem.suggestion())
        : problem;
  }
}
