package dev.mergefarm.eval.task;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Task files that came with a request: path to text. Nothing else can be read. */
public final class MemoryTaskFiles implements TaskFiles {

  private final TreeMap<String, String> files = new TreeMap<>();

  public MemoryTaskFiles(Map<String, String> files) {
    files.forEach((path, text) -> this.files.put(TaskPaths.normalize(path), text));
  }

  @Override
  public List<List<String>> definitions() {
    return List.of(files.keySet().stream().filter(TaskFiles::isDefinition).toList());
  }

  @Override
  public Optional<String> read(String path) {
    return Optional.ofNullable(files.get(TaskPaths.normalize(path)));
  }
}
