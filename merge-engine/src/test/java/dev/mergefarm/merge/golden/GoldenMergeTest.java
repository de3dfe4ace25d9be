package dev.mergefarm.merge.golden;

import dev.mergefarm.merge.MergeEngine;
import dev.mergefarm.merge.MergeSettings;
import dev.mergefarm.storage.model.DefaultModelRepository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every case of a folder of goldens, from recipe to files. The system property {@code
 * mergefarm.goldens} names another folder of the same layout: {@code models/} and {@code
 * cases/NAME/} with {@code config.yml}, {@code case.json} and {@code expected/}.
 */
class GoldenMergeTest {

  static Path folder() {
    String given = System.getProperty("mergefarm.goldens");
    return given == null ? Path.of("src/test/resources/golden") : Path.of(given);
  }

  static List<String> cases() throws IOException {
    try (Stream<Path> folders = Files.list(folder().resolve("cases"))) {
      return folders.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void givesTheReferencesAnswer(String name, @TempDir Path output) throws IOException {
    DefaultModelRepository repository =
        DefaultModelRepository.builder().localPaths(folder()).build();
    try (MergeEngine engine = new MergeEngine(repository, new MergeSettings(2))) {
      GoldenCase golden = GoldenCase.read(folder(), name);
      golden.check(repository, golden.merge(engine, output), output);
    }
  }
}
