package dev.mergefarm.merge.golden;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every case of a folder of goldens, from recipe to files. The system property {@code
 * mergefarm.goldens} names another folder of the same layout; {@code mergefarm golden DIR} runs one
 * from the command line.
 */
class GoldenMergeTest {

  static Path folder() {
    String given = System.getProperty("mergefarm.goldens");
    return Path.of(given == null ? "src/test/resources/golden" : given);
  }

  static List<String> cases() {
    return new GoldenFolder(folder()).cases();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void givesTheReferencesAnswer(String name, @TempDir Path output) {
    GoldenOutcome outcome = new GoldenFolder(folder()).run(name, output, 2);
    assertThat(outcome.mismatch()).isEmpty();
    assertThat(outcome.tensors()).isPositive();
  }
}
