package dev.mergefarm.evalworker;

import dev.mergefarm.storage.ObjectStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The facts example: three small trained models, recipes that merge them, and tasks. */
final class FactsStore {

  private static final Path EXAMPLE =
      Path.of(System.getProperty("mergefarm.root"), "examples", "facts");

  private FactsStore() {}

  /**
   * Puts the models into a store, as {@code models/base} and so on, and the tasks with their data
   * as the bundle {@code tasks/facts}.
   */
  static void fill(ObjectStore store) throws IOException {
    for (String model : List.of("base", "capitals", "animals")) {
      copy(EXAMPLE.resolve(model), store, "models/" + model + "/");
    }
    copy(EXAMPLE.resolve("tasks"), store, "tasks/facts/tasks/");
    copy(EXAMPLE.resolve("data"), store, "tasks/facts/data/");
  }

  private static void copy(Path folder, ObjectStore store, String prefix) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        store.put(prefix + file.getFileName(), Files.readAllBytes(file));
      }
    }
  }

  static String recipe(String name) throws IOException {
    return Files.readString(EXAMPLE.resolve("recipes").resolve(name + ".yml"));
  }
}
