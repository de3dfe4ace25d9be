package dev.mergefarm.mergeworker;

import dev.mergefarm.storage.ObjectStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The facts example: three small trained models and recipes that merge them. */
final class FactsStore {

  private static final Path EXAMPLE =
      Path.of(System.getProperty("mergefarm.root"), "examples", "facts");

  private FactsStore() {}

  /** Puts the three models into a store, as {@code models/base}, and so on. */
  static void fill(ObjectStore store) throws IOException {
    for (String model : List.of("base", "capitals", "animals")) {
      try (Stream<Path> files = Files.list(EXAMPLE.resolve(model))) {
        for (Path file : files.toList()) {
          store.put("models/" + model + "/" + file.getFileName(), Files.readAllBytes(file));
        }
      }
    }
  }

  static String recipe(String name) throws IOException {
    return Files.readString(EXAMPLE.resolve("recipes").resolve(name + ".yml"));
  }
}
