package dev.mergefarm.eval.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mergefarm.common.MergefarmException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

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
    ObjectMapper mapper = new ObjectMapper();
    JsonNode table;
    try (InputStream stream = TruthTableTest.class.getResourceAsStream("/templates/" + file)) {
      table = mapper.readTree(stream);
    }
    return StreamSupport.stream(table.get("cases").spliterator(), false)
        .map(
            row ->
                dynamicTest(
                    "'" + row.get("t").asText() + "'",
                    () -> assertThat(render(mapper, table, row)).isEqualTo(expected(row))));
  }

  private static String expected(JsonNode row) {
    return row.has("ok") ? "ok: " + row.get("ok").asText() : "err: " + row.get("err").asText();
  }

  private static String render(ObjectMapper mapper, JsonNode table, JsonNode row) {
    TemplateOptions options =
        row.get("k").asText().equals("task") ? TemplateOptions.task() : TemplateOptions.chat(CLOCK);
    Map<String, Object> context = new LinkedHashMap<>();
    table
        .get(contextName(row.get("k").asText()))
        .properties()
        .forEach(
            entry ->
                context.put(entry.getKey(), mapper.convertValue(entry.getValue(), Object.class)));
    try {
      return "ok: " + Template.compile(row.get("t").asText(), options).render(context);
    } catch (MergefarmException e) {
      return "err: " + ((TemplateFailure) e.getCause()).describe();
    }
  }

  private static String contextName(String kind) {
    return switch (kind) {
      case "task" -> "doc";
      case "chat" -> "cctx";
      case "chat2" -> "cctx2";
      default -> throw new IllegalArgumentException("unknown kind of row: " + kind);
    };
  }
}
