package dev.mergefarm.eval.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables of templates with what Jinja2 3.1.6 on Python 3.11 makes of them, errors included. */
class TruthTableTest {

  /** The day on which the tables were made, which {@code strftime_now} prints. */
  private static final Clock CLOCK =
      Clock.fixed(
          LocalDate.of(2026, 11, 21).atTime(12, 0).toInstant(ZoneOffset.UTC), ZoneOffset.UTC);

  @TestFactory
  Stream<DynamicTest> rendersAsJinja2() throws IOException {
    return rows("truth.json");
  }

  @TestFactory
  Stream<DynamicTest> rendersEveryFilterTestMethodAndStatementAsJinja2() throws IOException {
    return rows("truth-more.json");
  }

  private static Stream<DynamicTest> rows(String file) throws IOException {
    try (InputStream stream = TruthTableTest.class.getResourceAsStream("/templates/" + file)) {
      String json = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
      return TemplateTable.parse(json).rows().stream()
          .map(
              row ->
                  dynamicTest(
                      "'" + row.template() + "'",
                      () -> assertThat(row.render(CLOCK)).isEqualTo(row.expected())));
    }
  }

  @Test
  void aRowThatRendersOtherwiseShows() {
    TemplateTable table =
        TemplateTable.parse(
            "{\"doc\": {\"x\": 1}, \"cases\": [{\"k\": \"task\", \"t\": \"{{ x }}\", \"ok\": \"2\"}]}");
    TemplateTable.Row row = table.rows().getFirst();
    assertThat(row.render(CLOCK)).isEqualTo(new TemplateTable.Outcome(true, "1"));
    assertThat(row.render(CLOCK)).isNotEqualTo(row.expected());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "{\"cases\": [{\"k\": \"task\", \"t\": \"x\"}]}",
        "{\"cases\": [{\"k\": \"other\", \"t\": \"x\", \"ok\": \"x\"}]}"
      })
  void aTableThatIsNoneIsRefused(String json) {
    assertThatThrownBy(() -> TemplateTable.parse(json))
        .isInstanceOfSatisfying(
            MergefarmException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.MALFORMED_JSON));
  }
}
