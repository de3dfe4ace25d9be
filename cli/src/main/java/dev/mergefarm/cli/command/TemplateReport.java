package dev.mergefarm.cli.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mergefarm.eval.template.TemplateTable;
import dev.mergefarm.eval.template.TemplateTable.Outcome;
import dev.mergefarm.eval.template.TemplateTable.Row;
import java.io.PrintWriter;
import java.time.Clock;

/** Prints where templates render otherwise than a table expects. */
final class TemplateReport {

  private static final ObjectMapper JSON = new ObjectMapper();

  private TemplateReport() {}

  /**
   * Renders every row.
   *
   * @return how many rows differ
   */
  static int print(TemplateTable table, Clock clock, boolean json, PrintWriter out) {
    int different = 0;
    for (int i = 0; i < table.rows().size(); i++) {
      Row row = table.rows().get(i);
      Outcome rendered = row.render(clock);
      if (!rendered.equals(row.expected())) {
        different++;
        out.println(json ? line(i, row, rendered) : block(i, row, rendered));
      }
    }
    if (json) {
      out.println(
          JSON.createObjectNode().put("rows", table.rows().size()).put("different", different));
    } else {
      out.printf("%d of %d rows are equal%n", table.rows().size() - different, table.rows().size());
    }
    return different;
  }

  private static String line(int index, Row row, Outcome rendered) {
    ObjectNode line = JSON.createObjectNode();
    line.put("row", index).put("kind", row.kind()).put("template", row.template());
    line.set("expected", outcome(row.expected()));
    line.set("rendered", outcome(rendered));
    return line.toString();
  }

  private static ObjectNode outcome(Outcome outcome) {
    return JSON.createObjectNode().put(outcome.rendered() ? "ok" : "err", outcome.text());
  }

  private static String block(int index, Row row, Outcome rendered) {
    return "row %d (%s): %s%n  expected %s%n  rendered %s"
        .formatted(
            index,
            row.kind(),
            JSON.getNodeFactory().textNode(row.template()),
            outcome(row.expected()),
            outcome(rendered));
  }
}
