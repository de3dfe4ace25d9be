package dev.mergefarm.eval.task;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problems;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The tasks, groups and tags that a set of files defines. Files are looked through when first asked
 * and parsed only when used. Safe from many threads.
 */
public final class TaskLibrary {

  private static final int DEEPEST_GROUP = 20;

  private final TaskFiles files;
  private TaskIndex index;

  public TaskLibrary(TaskFiles files) {
    this.files = files;
  }

  public TaskFiles files() {
    return files;
  }

  private synchronized TaskIndex index() {
    if (index == null) {
      index = new TaskIndex(files);
    }
    return index;
  }

  /** The names of all tasks, groups and tags, sorted. */
  public List<String> names() {
    return List.copyOf(index().names());
  }

  /** The files that define nothing because they cannot be read, with the reason. */
  public Map<String, MergefarmException> unreadable() {
    return Map.copyOf(index().unreadable());
  }

  /**
   * What the requested names stand for. A request is a name, a pattern with shell wildcards, the
   * path of a definition file, or a folder of them.
   *
   * @param problems receives what is wrong: unknown names, malformed files, a task requested twice
   */
  public List<TaskTree> resolve(List<String> requested, Problems problems) {
    List<TaskTree> trees = new ArrayList<>();
    for (String request : requested) {
      trees.addAll(resolve(request, problems));
    }
    Set<String> seen = new HashSet<>();
    trees.stream()
        .flatMap(TaskTree::leaves)
        .filter(leaf -> !seen.add(leaf.name()))
        .forEach(
            leaf ->
                problems.error(
                    ErrorCode.INVALID_VALUE, leaf.name(), "The task is requested more than once."));
    return trees;
  }

  private List<TaskTree> resolve(String request, Problems problems) {
    TaskIndex names = index();
    if (names.find(request).isPresent()) {
      return named(request, request, Map.of(), 0, problems);
    }
    if (TaskFiles.isDefinition(request)) {
      return fromFile(request, problems);
    }
    List<String> inFolder =
        files.definitions().stream()
            .flatMap(List::stream)
            .filter(file -> TaskPaths.directory(file).equals(TaskPaths.normalize(request)))
            .toList();
    if (!inFolder.isEmpty()) {
      return inFolder.stream().flatMap(file -> fromFile(file, problems).stream()).toList();
    }
    if (TaskPaths.isPattern(request)) {
      List<TaskTree> matches = matching(TaskPaths.shellPattern(request), problems);
      if (!matches.isEmpty()) {
        return matches;
      }
    }
    unknown(request, request, problems);
    return List.of();
  }

  /** Groups and tasks by a pattern; what comes with a matching group comes only with it. */
  private List<TaskTree> matching(Pattern pattern, Problems problems) {
    List<TaskTree> matches = new ArrayList<>();
    for (String name : index().names()) {
      boolean tag = index().find(name).orElseThrow() instanceof TaskIndex.Entry.Tag;
      if (pattern.matcher(name).matches() && !tag) {
        matches.addAll(named(name, name, Map.of(), 0, problems));
      }
    }
    Set<String> inside = new HashSet<>();
    matches.forEach(tree -> tree.below().forEach(member -> inside.add(member.name())));
    matches.removeIf(tree -> inside.contains(tree.name()));
    return matches;
  }

  private void unknown(String path, String name, Problems problems) {
    problems.unknownName(
        ErrorCode.TASK_NOT_FOUND,
        path,
        "No task, group or tag is named '" + name + "'.",
        name,
        index().names());
    index().unreadable().forEach((file, reason) -> reason.problems().forEach(problems::add));
  }

  private List<TaskTree> fromFile(String file, Problems problems) {
    try {
      Map<String, Object> keys = TaskIncludes.load(files, file);
      if (keys.get("group") instanceof String group) {
        return List.of(group(group, file, keys, Map.of(), 0, problems));
      }
      if (keys.get("task") instanceof String task) {
        return List.of(leaf(task, file, keys, Map.of()));
      }
      problems.error(ErrorCode.MISSING_KEY, file, "The file has neither 'task' nor 'group'.");
    } catch (MergefarmException e) {
      problems.addAll(e.problems());
    }
    return List.of();
  }

  private List<TaskTree> named(
      String path, String name, Map<String, Object> overrides, int depth, Problems problems) {
    Optional<TaskIndex.Entry> entry = index().find(name);
    if (entry.isEmpty()) {
      unknown(path, name, problems);
      return List.of();
    }
    try {
      return switch (entry.get()) {
        case TaskIndex.Entry.Task(String file) ->
            List.of(leaf(name, file, TaskIncludes.load(files, file), overrides));
        case TaskIndex.Entry.Group(String file) ->
            List.of(group(name, file, TaskIncludes.load(files, file), overrides, depth, problems));
        case TaskIndex.Entry.Tag(List<String> tasks) ->
            tasks.stream()
                .flatMap(task -> named(path, task, overrides, depth, problems).stream())
                .toList();
        case TaskIndex.Entry.PythonTask(String file) -> {
          problems.error(
              ErrorCode.UNSUPPORTED_TASK, file, "Task '" + name + "' is a Python class.");
          yield List.of();
        }
      };
    } catch (MergefarmException e) {
      problems.addAll(e.problems());
      return List.of();
    }
  }

  private static TaskTree leaf(
      String name, String file, Map<String, Object> keys, Map<String, Object> overrides) {
    Map<String, Object> merged = new LinkedHashMap<>(keys);
    merged.putAll(overrides);
    merged.put("task", name);
    merged.remove("tag");
    merged.remove("group");
    merged.remove("task_list");
    return new TaskTree.Leaf(name, file, merged);
  }

  private TaskTree group(
      String name,
      String file,
      Map<String, Object> keys,
      Map<String, Object> outer,
      int depth,
      Problems problems) {
    GroupDefinition definition = GroupDefinition.read(name, file, keys, problems);
    List<TaskTree> members = new ArrayList<>();
    if (depth >= DEEPEST_GROUP) {
      problems.error(
          ErrorCode.INVALID_VALUE, file, "Groups are nested deeper than " + DEEPEST_GROUP + ".");
      return new TaskTree.Group(definition, members);
    }
    Map<String, Object> own = new LinkedHashMap<>(keys);
    own.keySet().removeAll(GroupDefinition.KEYS);
    Object listed = keys.get("task");
    if (listed instanceof String) {
      problems.warning(
          ErrorCode.INVALID_VALUE,
          file + ": task",
          "Group '" + name + "' has no members: 'task' must be a list.");
    }
    List<?> items = listed instanceof List<?> list ? list : List.of();
    for (int i = 0; i < items.size(); i++) {
      String path = file + ": task[" + i + "]";
      Member member = new Member(path, name, file, own, outer, depth + 1);
      members.addAll(member(member, items.get(i), problems));
    }
    return new TaskTree.Group(definition, members);
  }

  /** Where a group's member stands and what is laid over it. */
  private record Member(
      String path,
      String group,
      String file,
      Map<String, Object> groupKeys,
      Map<String, Object> outer,
      int depth) {

    /** Later ones win: the group's extra keys, the member's own, those of an outer reference. */
    Map<String, Object> overrides(Map<String, Object> memberKeys) {
      Map<String, Object> result = new LinkedHashMap<>(groupKeys);
      result.putAll(memberKeys);
      result.putAll(outer);
      return result;
    }
  }

  private List<TaskTree> member(Member place, Object item, Problems problems) {
    if (item instanceof String name) {
      return named(place.path, name, place.overrides(Map.of()), place.depth, problems);
    }
    if (item instanceof Map<?, ?> map) {
      Map<String, Object> keys = new LinkedHashMap<>();
      map.forEach((key, value) -> keys.put(key.toString(), value));
      if (keys.get("group") instanceof String name) {
        return groupMember(place, name, keys, problems);
      }
      if (keys.get("task") instanceof String name) {
        return taskMember(place, name, keys, problems);
      }
    }
    problems.error(
        ErrorCode.INVALID_VALUE,
        place.path,
        "A member must be a name or a mapping with 'task' or 'group'.");
    return List.of();
  }

  private List<TaskTree> groupMember(
      Member place, String name, Map<String, Object> keys, Problems problems) {
    if (index().find(name).isPresent()) {
      keys.remove("group");
      return named(place.path, name, place.overrides(keys), place.depth, problems);
    }
    Map<String, Object> inherited = new LinkedHashMap<>(place.groupKeys);
    inherited.putAll(keys);
    String full = place.group + "::" + name;
    return List.of(group(full, place.file, inherited, place.outer, place.depth, problems));
  }

  private List<TaskTree> taskMember(
      Member place, String name, Map<String, Object> keys, Problems problems) {
    if (index().find(name).isPresent()) {
      keys.remove("task");
      return named(place.path, name, place.overrides(keys), place.depth, problems);
    }
    return List.of(leaf(place.group + "::" + name, place.file, Map.of(), place.overrides(keys)));
  }
}
