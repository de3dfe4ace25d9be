package dev.mergefarm.eval.task;

import dev.mergefarm.common.MergefarmException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The few keys of a definition file that say what it defines. Reading only these lines of a file
 * takes a hundredth of parsing it, so thousands of files can be looked through for one task.
 *
 * @param task the {@code task} key's text; empty for none and for a list of members
 * @param group the {@code group} key
 * @param tags as written
 * @param pythonTask whether the file has a {@code class} key
 */
record DefinitionHeader(
    Optional<String> task, Optional<String> group, List<String> tags, boolean pythonTask) {

  private static final Set<String> KEYS = Set.of("task", "group", "tag", "class", "include");
  private static final DefinitionHeader NOTHING =
      new DefinitionHeader(Optional.empty(), Optional.empty(), List.of(), false);

  /**
   * Reads the header of a file, with those of its includes below it.
   *
   * @throws MergefarmException if the lines are not valid YAML
   */
  static DefinitionHeader read(TaskFiles files, String path) {
    return read(files, path, new LinkedHashSet<>());
  }

  private static DefinitionHeader read(TaskFiles files, String path, Set<String> visited) {
    Optional<String> text = files.read(path);
    if (text.isEmpty() || !visited.add(path)) {
      return NOTHING;
    }
    Map<String, Object> keys = TaskYaml.parse(path, lines(text.get()));
    DefinitionHeader result = NOTHING;
    for (String include : TaskIncludes.paths(path, keys)) {
      result = read(files, include, visited).over(result);
    }
    return of(keys, result);
  }

  private static DefinitionHeader of(Map<String, Object> keys, DefinitionHeader below) {
    return new DefinitionHeader(
        keys.containsKey("task") ? text(keys.get("task")) : below.task,
        keys.containsKey("group") ? text(keys.get("group")) : below.group,
        keys.containsKey("tag") ? texts(keys.get("tag")) : below.tags,
        keys.containsKey("class") || below.pythonTask);
  }

  private DefinitionHeader over(DefinitionHeader below) {
    return new DefinitionHeader(
        task.or(() -> below.task),
        group.or(() -> below.group),
        tags.isEmpty() ? below.tags : tags,
        pythonTask || below.pythonTask);
  }

  private static Optional<String> text(Object value) {
    return value instanceof String text ? Optional.of(text) : Optional.empty();
  }

  static List<String> texts(Object value) {
    return switch (value) {
      case null -> List.of();
      case List<?> items -> items.stream().map(String::valueOf).toList();
      default -> List.of(value.toString());
    };
  }

  /** The lines of the wanted top-level keys; the whole text where it is not in block style. */
  private static String lines(String text) {
    List<String> wanted = new ArrayList<>();
    boolean inside = false;
    boolean blockStyle = false;
    for (String line : text.lines().toList()) {
      boolean continues =
          line.isEmpty() || line.startsWith(" ") || line.startsWith("-") || line.startsWith("#");
      if (!continues) {
        int colon = line.indexOf(':');
        String key = colon < 0 ? "" : line.substring(0, colon).strip();
        inside = KEYS.contains(key);
        blockStyle |= inside;
      }
      if (inside) {
        wanted.add(line);
      }
    }
    return blockStyle ? String.join("\n", wanted) : text;
  }
}
