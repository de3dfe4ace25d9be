package dev.mergefarm.eval.template;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A table of templates with what a reference program makes of them.
 *
 * @param rows in the order of the file
 */
public record TemplateTable(List<Row> rows) {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Map<String, String> CONTEXTS =
      Map.of("task", "doc", "chat", "cctx", "chat2", "cctx2");

  public TemplateTable {
    rows = List.copyOf(rows);
  }

  /**
   * One template.
   *
   * @param kind {@code task}, {@code chat} or {@code chat2}; chat templates are sandboxed
   * @param context shared by all rows of a kind
   * @param expected what it renders, or the error it ends with
   */
  public record Row(String kind, String template, Map<String, Object> context, Outcome expected) {

    /**
     * What this engine makes of the row.
     *
     * @param clock for the current date in chat templates
     */
    public Outcome render(Clock clock) {
      TemplateOptions options =
          kind.equals("task") ? TemplateOptions.task() : TemplateOptions.chat(clock);
      try {
        return new Outcome(true, Template.compile(template, options).render(context));
      } catch (MergefarmException e) {
        return new Outcome(
            false,
            e.getCause() instanceof TemplateFailure failure ? failure.describe() : e.getMessage());
      }
    }
  }

  /**
   * What becomes of a template.
   *
   * @param rendered whether text is its rendering; else it is an error as Python prints it
   */
  public record Outcome(boolean rendered, String text) {}

  /**
   * Reads a table: an object with the contexts {@code doc}, {@code cctx} and {@code cctx2}, and
   * {@code cases} of {@code k} (kind), {@code t} (template) and {@code ok} or {@code err}.
   *
   * @throws MergefarmException with {@link ErrorCode#MALFORMED_JSON} if it is not one
   */
  public static TemplateTable parse(String json) {
    try {
      JsonNode table = JSON.readTree(json);
      Map<String, Map<String, Object>> contexts = new LinkedHashMap<>();
      CONTEXTS.forEach((kind, key) -> contexts.put(kind, context(table.path(key))));
      List<Row> rows = new ArrayList<>();
      for (JsonNode row : table.path("cases")) {
        rows.add(row(row, rows.size(), contexts));
      }
      return new TemplateTable(rows);
    } catch (JsonProcessingException e) {
      throw new MergefarmException(
          ErrorCode.MALFORMED_JSON, "The table is not JSON: " + e.getOriginalMessage(), e);
    }
  }

  private static Map<String, Object> context(JsonNode node) {
    return node.isObject()
        ? JSON.convertValue(node, new TypeReference<Map<String, Object>>() {})
        : Map.of();
  }

  private static Row row(JsonNode row, int index, Map<String, Map<String, Object>> contexts) {
    String kind = row.path("k").asText();
    boolean complete = row.path("t").isTextual() && (row.has("ok") || row.has("err"));
    if (!complete || !contexts.containsKey(kind)) {
      throw new MergefarmException(
          ErrorCode.MALFORMED_JSON,
          "cases["
              + index
              + "] must have k (one of "
              + CONTEXTS.keySet().stream().sorted().toList()
              + "), t, and ok or err.");
    }
    Outcome expected =
        row.has("ok")
            ? new Outcome(true, row.get("ok").asText())
            : new Outcome(false, row.get("err").asText());
    return new Row(kind, row.get("t").asText(), contexts.get(kind), expected);
  }
}
