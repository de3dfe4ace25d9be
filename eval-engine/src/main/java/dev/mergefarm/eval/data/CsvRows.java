package dev.mergefarm.eval.data;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads CSV files cell by cell, as pandas takes them apart: quoted cells may hold separators and
 * line ends, empty lines are passed over, a line that is too short is filled up, one that is too
 * long is an error. For one file.
 */
final class CsvRows {

  private static final int END = -1;

  private final String name;
  private final CsvDialect dialect;
  private final BufferedReader reader;
  private int line = 1;
  private int next;

  private CsvRows(String name, CsvDialect dialect, BufferedReader reader) {
    this.name = name;
    this.dialect = dialect;
    this.reader = reader;
  }

  /**
   * Every cell as text.
   *
   * @throws MergefarmException {@code MALFORMED_DATA} naming file and line
   */
  static List<Map<String, Object>> read(String name, InputStream content, CsvDialect dialect)
      throws IOException {
    BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                content,
                dialect
                    .charset()
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)));
    try {
      return new CsvRows(name, dialect, reader).rows();
    } catch (CharacterCodingException e) {
      throw new MergefarmException(
          ErrorCode.MALFORMED_DATA,
          "Data file " + name + " is not " + dialect.charset().name() + " text.",
          e);
    }
  }

  private List<Map<String, Object>> rows() throws IOException {
    next = reader.read();
    if (next == '\ufeff') {
      next = reader.read();
    }
    for (int skipped = 0; skipped < dialect.skipped() && next != END; skipped++) {
      skipLine();
    }
    List<String> columns = List.of();
    if (dialect.header()) {
      List<String> header = record();
      columns = distinct(header);
    }
    if (!dialect.names().isEmpty()) {
      columns = dialect.names();
    }
    List<Map<String, Object>> rows = new ArrayList<>();
    for (int start = line; ; start = line) {
      List<String> cells = record();
      if (cells.isEmpty()) {
        return rows;
      }
      columns = columns.isEmpty() ? numbered(cells.size()) : columns;
      rows.add(row(columns, cells, start));
    }
  }

  private static List<String> numbered(int count) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      names.add(Integer.toString(i));
    }
    return names;
  }

  /** Columns without a name, or with one that is taken, get pandas' names. */
  private static List<String> distinct(List<String> header) {
    Set<String> taken = new HashSet<>();
    List<String> names = new ArrayList<>();
    for (int i = 0; i < header.size(); i++) {
      String base = header.get(i).isEmpty() ? "Unnamed: " + i : header.get(i);
      String unique = base;
      for (int copy = 1; !taken.add(unique); copy++) {
        unique = base + "." + copy;
      }
      names.add(unique);
    }
    return names;
  }

  private Map<String, Object> row(List<String> columns, List<String> cells, int start) {
    if (cells.size() > columns.size()) {
      throw new MergefarmException(
          ErrorCode.MALFORMED_DATA,
          "Data file %s, line %d: expected %d cells, found %d."
              .formatted(name, start, columns.size(), cells.size()));
    }
    Map<String, Object> row = new LinkedHashMap<>();
    for (int i = 0; i < columns.size(); i++) {
      row.put(columns.get(i), i < cells.size() ? cells.get(i) : null);
    }
    return row;
  }

  /** The cells of the next line that holds any; none at the end of the file. */
  private List<String> record() throws IOException {
    while (next != END) {
      List<String> cells = cells();
      if (cells.size() > 1 || !cells.getFirst().isEmpty()) {
        return cells;
      }
    }
    return List.of();
  }

  private List<String> cells() throws IOException {
    List<String> cells = new ArrayList<>();
    while (true) {
      cells.add(cell());
      if (next != dialect.separator()) {
        endLine();
        return cells;
      }
      next = reader.read();
    }
  }

  private String cell() throws IOException {
    StringBuilder text = new StringBuilder();
    while (dialect.trims() && next == ' ') {
      next = reader.read();
    }
    if (isQuote(next)) {
      quoted(text);
    }
    while (next != END && next != dialect.separator() && next != '\n' && next != '\r') {
      if (dialect.comment().isPresent() && next == dialect.comment().get()) {
        skipToEnd();
        break;
      }
      take(text);
    }
    return text.toString();
  }

  private boolean isQuote(int character) {
    return dialect.quote().isPresent() && character == dialect.quote().get();
  }

  private void take(StringBuilder text) throws IOException {
    if (dialect.escape().isPresent() && next == dialect.escape().get()) {
      next = reader.read();
      if (next == END) {
        return;
      }
    }
    line += next == '\n' ? 1 : 0;
    text.append((char) next);
    next = reader.read();
  }

  private void quoted(StringBuilder text) throws IOException {
    int start = line;
    next = reader.read();
    while (true) {
      if (next == END) {
        throw new MergefarmException(
            ErrorCode.MALFORMED_DATA,
            "Data file %s, line %d: a quoted cell does not end.".formatted(name, start));
      }
      if (isQuote(next)) {
        next = reader.read();
        if (!dialect.doubledQuotes() || !isQuote(next)) {
          return;
        }
      }
      take(text);
    }
  }

  private void skipToEnd() throws IOException {
    while (next != END && next != '\n' && next != '\r') {
      next = reader.read();
    }
  }

  private void skipLine() throws IOException {
    skipToEnd();
    endLine();
  }

  private void endLine() throws IOException {
    if (next == '\r') {
      next = reader.read();
      line += next == '\n' ? 0 : 1;
    }
    if (next == '\n') {
      next = reader.read();
      line++;
    }
  }
}
