package dev.mergefarm.eval.task;

import java.util.List;
import java.util.Optional;

/** The files of a task library: YAML, included fragments, Python helpers. */
public interface TaskFiles {

  /**
   * The roots' {@code .yaml} files, in the order of their paths within each root.
   *
   * @return one list for each root, earlier roots first
   */
  List<List<String>> definitions();

  /** The text of a file (UTF-8) under a path with {@code /}; {@code .} and {@code ..} allowed. */
  Optional<String> read(String path);

  /** The files of several libraries: a later one's tasks replace an earlier one's. */
  static TaskFiles all(List<TaskFiles> libraries) {
    List<TaskFiles> copy = List.copyOf(libraries);
    return new TaskFiles() {
      @Override
      public List<List<String>> definitions() {
        return copy.stream().flatMap(library -> library.definitions().stream()).toList();
      }

      @Override
      public Optional<String> read(String path) {
        return copy.stream().flatMap(library -> library.read(path).stream()).findFirst();
      }
    };
  }

  /** Whether a path names a file that may define a task or a group. */
  static boolean isDefinition(String path) {
    return (path.endsWith(".yaml") || path.endsWith(".yml"))
        && !path.contains("__pycache__/")
        && !path.contains(".ipynb_checkpoints/");
  }
}
