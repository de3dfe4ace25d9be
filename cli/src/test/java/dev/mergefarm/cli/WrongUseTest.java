package dev.mergefarm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WrongUseTest {

  @TempDir private Path folder;

  @Test
  void aMistypedCommandIsToldTheNearestOne() {
    CommandRun run = CommandRun.of("job", "lst");
    assertThat(run.code()).isEqualTo(ExitCode.USAGE.number());
    assertThat(run.err()).contains("job list").doesNotContain("Exception");
  }

  @Test
  void remoteCodeIsRefusedWithAnExplanation() {
    CommandRun run = CommandRun.of("merge", "recipe.yml", "--out", "x", "--trust-remote-code");
    assertThat(run.code()).isNotZero();
    assertThat(run.err()).doesNotContain("\tat ");
  }

  @Test
  void mergingHereAndOnAFarmAtOnceIsRefused() {
    CommandRun run = CommandRun.of("merge", "recipe.yml", "--out", "x", "--farm", "localhost");
    assertThat(run.code()).isEqualTo(ExitCode.USAGE.number());
    assertThat(run.err()).contains("choose one");
  }

  @Test
  void aMissingRecipeIsNamed() {
    CommandRun run = CommandRun.of("validate", folder.resolve("absent.yml").toString());
    assertThat(run.code()).isEqualTo(ExitCode.NOT_FOUND.number());
    assertThat(run.err()).contains("absent.yml");
  }

  @Test
  void everyProblemOfARecipeIsListedWithItsPath() throws IOException {
    Path recipe = folder.resolve("recipe.yml");
    Files.writeString(
        recipe,
        """
        merge_method: liner
        models:
          - modle: a
        dtyp: float16
        """);
    CommandRun run = CommandRun.of("validate", recipe.toString());
    assertThat(run.code()).isEqualTo(ExitCode.INVALID_INPUT.number());
    assertThat(run.err()).contains("linear").contains("model").contains("dtype");
  }

  @Test
  void anAbsentFarmIsOneClearSentence() throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    CommandRun run = CommandRun.of("job", "list", "--farm", "localhost:" + port);
    assertThat(run.code()).isEqualTo(ExitCode.UNAVAILABLE.number());
    assertThat(run.err()).contains("does not answer").contains("mergefarm up");
  }

  @Test
  void anAddressThatIsNoneIsAnErrorOfUse() {
    CommandRun run = CommandRun.of("job", "list", "--farm", "http://a b");
    assertThat(run.code()).isEqualTo(ExitCode.USAGE.number());
    assertThat(run.err()).contains("localhost:8080");
  }

  @Test
  void aFolderWithoutAConfigurationIsNoModel() {
    CommandRun run = CommandRun.of("model", "put", folder.toString());
    assertThat(run.code()).isEqualTo(ExitCode.NOT_FOUND.number());
    assertThat(run.err()).contains("config.json");
  }
}
