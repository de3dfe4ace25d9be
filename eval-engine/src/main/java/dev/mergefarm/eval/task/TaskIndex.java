package dev.mergefarm.eval.task;

import dev.mergefarm.common.MergefarmException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which file defines which name. Within a root the first file in path order wins, between roots the
 * later root. Immutable after construction.
 */
final class TaskIndex {

  /** What a name stands for. */
  sealed interface Entry {
    /** A task defined in a file. */
    record Task(String file) implements Entry {}

    /** A group defined in a file. */
    record Group(String file) implements Entry {}

    /** A task written in Python, which this program does not run. */
    record PythonTask(String file) implements Entry {}

    /** A label; its tasks sorted by name. */
    record Tag(List<String> tasks) implements Entry {}
  }

  private final Map<String, Entry> entries = new TreeMap<>();
  private final Map<String, MergefarmException> unreadable = new LinkedHashMap<>();

  TaskIndex(TaskFiles files) {
    Map<String, Set<String>> tags = new TreeMap<>();
    for (List<String> root : files.definitions()) {
      Map<String, Entry> found = new LinkedHashMap<>();
      for (String file : root) {
        try {
          add(file, DefinitionHeader.read(files, file), found, tags);
        } catch (MergefarmException e) {
          unreadable.put(file, e);
        }
      }
      entries.putAll(found);
    }
    tags.forEach((tag, tasks) -> entries.putIfAbsent(tag, new Entry.Tag(List.copyOf(tasks))));
  }

  private static void add(
      String file,
      DefinitionHeader header,
      Map<String, Entry> found,
      Map<String, Set<String>> tags) {
    if (header.group().isPresent()) {
      found.putIfAbsent(header.group().get(), new Entry.Group(file));
    } else if (header.task().isPresent()) {
      String name = header.task().get();
      Entry entry = header.pythonTask() ? new Entry.PythonTask(file) : new Entry.Task(file);
      found.putIfAbsent(name, entry);
      header.tags().forEach(tag -> tags.computeIfAbsent(tag, t -> new TreeSet<>()).add(name));
    }
  }

  Optional<Entry> find(String name) {
    return Optional.ofNullable(entries.get(name));
  }

  /** Every task, group and tag, sorted. */
  Set<String> names() {
    return entries.keySet();
  }

  /** The files that could not be read, with the reason. */
  Map<String, MergefarmException> unreadable() {
    return unreadable;
  }
}
