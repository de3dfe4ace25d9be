package dev.mergefarm.cli.output;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** Rows under headings, columns as wide as their widest cell; numbers to the right. */
public final class Table {

  private final List<String> headings;
  private final List<List<String>> rows = new ArrayList<>();

  public Table(String... headings) {
    this.headings = List.of(headings);
  }

  public Table row(String... cells) {
    return row(List.of(cells));
  }

  public Table row(List<String> cells) {
    if (cells.size() != headings.size()) {
      throw new IllegalArgumentException(
          "a row of %d cells needs %d".formatted(cells.size(), headings.size()));
    }
    rows.add(List.copyOf(cells));
    return this;
  }

  public void print(PrintWriter out) {
    List<Integer> widths = new ArrayList<>();
    for (int column = 0; column < headings.size(); column++) {
      int width = headings.get(column).length();
      for (List<String> row : rows) {
        width = Math.max(width, row.get(column).length());
      }
      widths.add(width);
    }
    out.println(line(headings, widths, headings));
    rows.forEach(row -> out.println(line(row, widths, row)));
    out.flush();
  }

  private static String line(List<String> cells, List<Integer> widths, List<String> kinds) {
    StringBuilder line = new StringBuilder();
    for (int column = 0; column < cells.size(); column++) {
      String cell = cells.get(column);
      String padding = " ".repeat(widths.get(column) - cell.length());
      boolean number = kinds.get(column).matches("[-+.0-9]+( .*)?");
      line.append(number ? padding + cell : cell + padding).append("  ");
    }
    return line.toString().stripTrailing();
  }
}
