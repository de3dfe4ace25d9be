package dev.mergefarm.eval.task;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads a definition file with everything it includes: a shallow merge, the file's keys on top. */
final class TaskIncludes {

  private static final String INCLUDE = "include";

  private TaskIncludes() {}

  /** The paths that a file's {@code include} names, relative to the file. */
  static List<String> paths(String file, Map<String, Object> keys) {
    return DefinitionHeader.texts(keys.get(INCLUDE)).stream()
        .map(path -> TaskPaths.resolve(TaskPaths.directory(file), path))
        .toList();
  }

  /**
   * @throws MergefarmException if the file or an include is missing or malformed, or a file is
   *     included twice
   */
  static Map<String, Object> load(TaskFiles files, String path) {
    return load(files, path, new HashSet<>());
  }

  private static Map<String, Object> load(TaskFiles files, String path, Set<String> visited) {
    if (!visited.add(path)) {
      throw new MergefarmException(
          ErrorCode.INVALID_VALUE, path + ": included more than once, which would be a cycle");
    }
    String text =
        files
            .read(path)
            .orElseThrow(
                () -> new MergefarmException(ErrorCode.TASK_NOT_FOUND, path + ": no such file"));
    Map<String, Object> own = TaskYaml.parse(path, text);
    Map<String, Object> merged = new LinkedHashMap<>();
    for (String include : paths(path, own)) {
      Map<String, Object> included = load(files, include, visited);
      included.remove("task_list");
      merged.putAll(included);
    }
    own.remove(INCLUDE);
    merged.putAll(own);
    return merged;
  }
}
