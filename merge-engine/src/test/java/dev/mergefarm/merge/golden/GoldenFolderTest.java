package dev.mergefarm.merge.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mergefarm.common.MergefarmException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A comparison that finds nothing wrong must be able to. */
class GoldenFolderTest {

  private static final Path GOLDENS = Path.of("src/test/resources/golden");

  @TempDir private Path folder;
  private String name;
  private Path expected;

  @BeforeEach
  void copyOneCase() throws IOException {
    name =
        new GoldenFolder(GOLDENS)
            .cases().stream().filter(c -> c.startsWith("linear")).findFirst().orElseThrow();
    copy(GOLDENS.resolve("models"), folder.resolve("models"));
    copy(GOLDENS.resolve("cases").resolve(name), folder.resolve("cases").resolve(name));
    expected = folder.resolve("cases").resolve(name).resolve("expected");
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target);
        }
      }
    }
  }

  private GoldenOutcome run() {
    return new GoldenFolder(folder).run(name, folder.resolve("output"), 1);
  }

  @Test
  void theUnchangedCaseAgrees() {
    assertThat(run().mismatch()).isEmpty();
  }

  @Test
  void aNumberThatIsOffIsTold() throws IOException {
    Path weights = expected.resolve("model.safetensors");
    byte[] content = Files.readAllBytes(weights);
    content[content.length - 1] ^= 0x40;
    Files.write(weights, content);
    assertThat(run().mismatch()).isPresent();
  }

  @Test
  void aConfigurationThatSaysOtherThingsIsTold() throws IOException {
    Path config = expected.resolve("config.json");
    Files.writeString(config, Files.readString(config).replace("\"llama\"", "\"lama\""));
    assertThat(run().mismatch().orElse("")).contains("config.json", "lama");
  }

  @Test
  void aRecipeThatIsRefusedIsTold() throws IOException {
    Files.writeString(folder.resolve("cases").resolve(name).resolve("config.yml"), "models: []\n");
    assertThat(run().mismatch().orElse("")).contains("Exactly one of");
  }

  @Test
  void aFolderWithoutCasesIsRefused() {
    assertThatThrownBy(() -> new GoldenFolder(folder.resolve("models")).cases())
        .isInstanceOf(MergefarmException.class)
        .hasMessageContaining("no folder 'cases'");
  }
}
