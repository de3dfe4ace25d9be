package dev.mergefarm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TemplatesCommandTest {

  @TempDir private Path folder;

  private String table(String cases) throws IOException {
    Path file = folder.resolve("table.json");
    Files.writeString(file, "{\"doc\": {\"x\": [true]}, \"cases\": [" + cases + "]}");
    return file.toString();
  }

  @Test
  void equalRowsAreCounted() throws IOException {
    String file =
        table(
            "{\"k\": \"task\", \"t\": \"{{ x }}\", \"ok\": \"[True]\"},"
                + "{\"k\": \"chat\", \"t\": \"{{ strftime_now('%Y') }}\", \"ok\": \"2001\"}");
    CommandRun run = CommandRun.of("task", "templates", "--now", "2001-02-03T04:05:06Z", file);
    assertThat(run.out()).isEqualTo("2 of 2 rows are equal\n");
    assertThat(run.code()).isZero();
  }

  @Test
  void aDifferenceShowsBothSidesAndFails() throws IOException {
    String file = table("{\"k\": \"task\", \"t\": \"{{ y }}\", \"ok\": \"1\"}");
    CommandRun run = CommandRun.of("task", "templates", file);
    assertThat(run.out())
        .contains("row 0 (task): \"{{ y }}\"")
        .contains("{\"ok\":\"1\"}")
        .contains("{\"err\":\"UndefinedError: 'y' is undefined\"}")
        .endsWith("0 of 1 rows are equal\n");
    assertThat(run.code()).isNotZero();
    assertThat(CommandRun.of("task", "templates", "--json", file).out())
        .endsWith("{\"rows\":1,\"different\":1}\n");
  }

  @Test
  void aFileThatIsNoTableIsRefused() throws IOException {
    Path file = folder.resolve("none.json");
    Files.writeString(file, "[");
    CommandRun run = CommandRun.of("task", "templates", file.toString());
    assertThat(run.code()).isEqualTo(ExitCode.INVALID_INPUT.number());
    assertThat(run.err()).contains("not JSON");
  }
}
