package dev.mergefarm.eval.data;

import java.io.ByteArrayInputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Data that came with a request: path to bytes. */
public final class MemoryDataFiles implements DataFiles {

  private final TreeMap<String, byte[]> files = new TreeMap<>();

  public MemoryDataFiles(Map<String, byte[]> files) {
    files.forEach((path, content) -> this.files.put(path, content.clone()));
  }

  @Override
  public List<DataFile> find(String pattern) {
    PathPattern wanted = PathPattern.of(pattern.startsWith("./") ? pattern.substring(2) : pattern);
    return files.entrySet().stream()
        .filter(file -> wanted.matches(file.getKey()))
        .map(
            file ->
                new DataFile(
                    file.getKey(),
                    Optional.empty(),
                    () -> new ByteArrayInputStream(file.getValue())))
        .toList();
  }
}
