package dev.mergefarm.common;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The page of error codes is made from the catalogue: every code is there, and none other. */
class ErrorCatalogueTest {

  private static final Path PAGE =
      Path.of(System.getProperty("mergefarm.root")).resolve("docs/errors.md");

  @Test
  void thePageOfErrorCodesIsCurrent() throws IOException {
    String page = page();
    if (Boolean.getBoolean("mergefarm.update")) {
      Files.writeString(PAGE, page);
    }
    assertThat(Files.readString(PAGE)).isEqualTo(page);
  }

  @Test
  void everyHintIsASentence() {
    assertThat(ErrorCode.values())
        .allSatisfy(code -> assertThat(code.hint()).as(code.name()).endsWith("."));
  }

  private static String page() {
    StringBuilder page = new StringBuilder();
    page.append("# Error codes\n\n");
    page.append("Each failure has one of these codes: in the API as the `reason` of an\n");
    page.append(
        "`ErrorInfo`, on the command line before the message. Made from the catalogue in\n");
    page.append("`common/`; to make it again:\n");
    page.append("`./mergefarm test -pl common -Dmergefarm.update=true`.\n");
    List<ErrorCode> codes =
        Arrays.stream(ErrorCode.values()).sorted(Comparator.comparing(Enum::name)).toList();
    for (ErrorCode code : codes) {
      page.append("\n## ").append(code.name()).append("\n\n");
      page.append(code.hint()).append('\n');
      page.append("Status `").append(code.status()).append("`; ");
      page.append(code.retryable() ? "a repeat may succeed.\n" : "a repeat fails alike.\n");
    }
    return page.toString();
  }
}
