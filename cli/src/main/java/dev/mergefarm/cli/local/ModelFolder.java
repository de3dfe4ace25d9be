package dev.mergefarm.cli.local;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A model's folder on this machine. */
public final class ModelFolder {

  private ModelFolder() {}

  /** All regular files directly in the folder, hidden ones left out, by name. */
  public static SortedMap<String, Path> files(Path folder) throws IOException {
    if (!Files.isRegularFile(folder.resolve("config.json"))) {
      throw new MergefarmException(
          ErrorCode.MODEL_NOT_FOUND, folder + " is no model's folder: it holds no config.json");
    }
    SortedMap<String, Path> files = new TreeMap<>();
    try (Stream<Path> entries = Files.list(folder)) {
      entries
          .filter(Files::isRegularFile)
          .filter(file -> !file.getFileName().toString().startsWith("."))
          .forEach(file -> files.put(file.getFileName().toString(), file));
    }
    return files;
  }
}
